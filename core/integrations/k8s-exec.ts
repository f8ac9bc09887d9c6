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
      const words = execWords(input.secrets, resource, scriptWords(command));
      return kubectlCommand(input, { words, stdin: input.script });
    }
    const [first = '', ...rest] = scriptWords(input.script);
    const words = execWords(input.secrets, first, rest[0] === '--' ? rest.slice(1) : rest);
    return kubectlCommand(input, { words });
  },
};

function execWords(secrets: SecretMap, resource: string, command: string[]): string[] {
  if (command.length === 0) throw refused('it names a resource but no command');
  if (resource.startsWith('-'))
    throw refused(`it begins with ${resource.slice(0, 50)}, where the resource belongs`);
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

function refused(why: string): AgentError {
  return new AgentError(
    'command-invalid',
    `The script cannot be used: ${why}. Write the resource and the command, such as \`deploy/web ls /app\`.`,
  );
}
