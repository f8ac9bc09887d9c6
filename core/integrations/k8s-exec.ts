import { scriptWords } from '../command-words.ts';
import { AgentError } from '../errors.ts';
import type { SecretMap } from '../ports.ts';
import type { Integration } from './integration.ts';
import { kubectlCommand, kubernetesKeys } from './kubectl.ts';

/**
 * A command in a running container. With K8S_EXEC_RESOURCE and K8S_EXEC_COMMAND the script goes to that command's
 * standard input; without them its first word is the resource and the others are the command.
 */
export const k8sExec: Integration = {
  ...kubernetesKeys,
  command(input) {
    const { K8S_EXEC_RESOURCE: resource, K8S_EXEC_COMMAND: command } = input.secrets;
    if (resource && command) {
      const words = scriptWords(command, undefined, 'K8S_EXEC_COMMAND');
      if (resource.startsWith('-')) throw noResource('K8S_EXEC_RESOURCE', resource);
      return kubectlCommand(input, { words: execWords(input.secrets, resource, words), stdin: input.script });
    }
    const [first = '', ...rest] = scriptWords(input.script);
    const words = rest[0] === '--' ? rest.slice(1) : rest;
    if (first.startsWith('-')) throw noResource('The script', first);
    if (words.length === 0) throw refused('The script', 'it names a resource but no command');
    return kubectlCommand(input, { words: execWords(input.secrets, first, words) });
  },
};

/** `--stdin` also where there is none: then the command reads an empty one. */
export function execWords(secrets: SecretMap, resource: string, command: readonly string[]): string[] {
  return [
    'exec',
    '--stdin',
    ...(secrets.NAMESPACE ? [`--namespace=${secrets.NAMESPACE}`] : []),
    ...(secrets.K8S_EXEC_CONTAINER ? [`--container=${secrets.K8S_EXEC_CONTAINER}`] : []),
    resource,
    '--',
    ...command,
  ];
}

function noResource(source: string, found: string): AgentError {
  return refused(source, `it begins with ${found.slice(0, 50)}, where the resource belongs`);
}

function refused(source: string, why: string): AgentError {
  return new AgentError(
    'command-invalid',
    `${source} cannot be used: ${why}. Write the resource and the command, such as \`deploy/web ls /app\`.`,
  );
}
