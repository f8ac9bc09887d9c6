import { AgentError } from '../errors.ts';
import type { Command, IntegrationInput } from './integration.ts';

/** What the types on kubectl have in common. */
export const kubernetesKeys = {
  requiredKeys: ['KUBE_CONFIG_DATA'],
  publicKeys: ['NAMESPACE', 'DEPLOYMENT', 'K8S_EXEC_CONTAINER', 'K8S_EXEC_RESOURCE', 'K8S_EXEC_COMMAND'],
  missingKeys: 'K8s type requires KUBE_CONFIG_DATA secret',
} as const;

export interface KubectlInput {
  words: readonly string[];
  stdin?: string;
  files?: Command['files'];
}

/**
 * kubectl with the target's own kubeconfig and a home that has nothing else in it. An `exec` user of the kubeconfig
 * runs its program, if the image has it: as the command's user, who may run it anyway.
 */
export function kubectlCommand(
  { secrets, directory }: IntegrationInput,
  { words, stdin, files = [] }: KubectlInput,
): Command {
  const kubeconfig = { name: 'kubeconfig', content: decodeKubeconfig(secrets.KUBE_CONFIG_DATA ?? '') };
  return {
    argv: ['kubectl', ...words],
    // An editor would wait for somebody until the deadline.
    env: { KUBECONFIG: `${directory}/${kubeconfig.name}`, KUBE_EDITOR: 'false' },
    stdin: stdin ?? null,
    files: [kubeconfig, ...files],
  };
}

/**
 * Base64 by contract. YAML and JSON that somebody stored as they are can be told apart, so they are taken too.
 * @throws AgentError `secrets-invalid`.
 */
function decodeKubeconfig(value: string): string | Uint8Array {
  if (/^\s*(\{|(apiVersion|kind|clusters|users|contexts|current-context|preferences)\s*:)/m.test(value))
    return value;
  const base64 = value.replaceAll(/\s/g, '');
  if (/^[A-Za-z0-9+/_-]+={0,2}$/.test(base64)) return Buffer.from(base64, 'base64');
  throw new AgentError(
    'secrets-invalid',
    'KUBE_CONFIG_DATA must be a kubeconfig encoded as base64, such as `base64 --wrap=0 kubeconfig` prints it. ' +
      'Store it so.',
  );
}
