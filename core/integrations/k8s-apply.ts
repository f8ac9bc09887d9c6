import type { Integration } from './integration.ts';
import { kubectlCommand, kubernetesKeys } from './kubectl.ts';

/** `kubectl apply` of the script, which is a manifest in YAML or JSON. */
export const k8sApply: Integration = {
  ...kubernetesKeys,
  command(input) {
    const manifest = { name: 'manifest.yaml', content: input.script };
    const words = ['apply', '--filename', `${input.directory}/${manifest.name}`];
    return kubectlCommand(input, { words, files: [manifest] });
  },
};
