import type { Integration } from './integration.ts';
import { kubectlCommand, kubernetesKeys } from './kubectl.ts';

/** Ruby for `rails runner` in a pod of a deployment. The script goes there by standard input: it may be long. */
export const railsConsoleK8s: Integration = {
  ...kubernetesKeys,
  requiredKeys: ['KUBE_CONFIG_DATA', 'NAMESPACE', 'DEPLOYMENT'],
  missingKeys: 'Rails-console-k8s type requires KUBE_CONFIG_DATA, NAMESPACE and DEPLOYMENT secret',
  command(input) {
    const { NAMESPACE, DEPLOYMENT, K8S_EXEC_CONTAINER } = input.secrets;
    const container = K8S_EXEC_CONTAINER ? [`--container=${K8S_EXEC_CONTAINER}`] : [];
    const where = ['exec', '--stdin', `--namespace=${NAMESPACE}`, ...container, `deploy/${DEPLOYMENT}`];
    const words = [...where, '--', 'bundle', 'exec', 'rails', 'runner', '-'];
    return kubectlCommand(input, { words, stdin: input.script });
  },
};
