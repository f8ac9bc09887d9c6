import type { Integration } from './integration.ts';
import { execWords } from './k8s-exec.ts';
import { kubectlCommand, kubernetesKeys } from './kubectl.ts';

/** Ruby for `rails runner` in a pod of a deployment. The script goes there by standard input: it may be long. */
export const railsConsoleK8s: Integration = {
  ...kubernetesKeys,
  requiredKeys: ['KUBE_CONFIG_DATA', 'NAMESPACE', 'DEPLOYMENT'],
  missingKeys: 'Rails-console-k8s type requires KUBE_CONFIG_DATA, NAMESPACE and DEPLOYMENT secret',
  command(input) {
    const runner = ['bundle', 'exec', 'rails', 'runner', '-'];
    const words = execWords(input.secrets, `deploy/${input.secrets.DEPLOYMENT}`, runner);
    return kubectlCommand(input, { words, stdin: input.script });
  },
};
