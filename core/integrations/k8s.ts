import { scriptWords } from '../command-words.ts';
import type { Integration } from './integration.ts';
import { kubectlCommand, kubernetesKeys } from './kubectl.ts';

/** One call of kubectl: the script is its arguments, such as `get pods -n shop`. */
export const k8s: Integration = {
  ...kubernetesKeys,
  command(input) {
    const words = scriptWords(input.script);
    return kubectlCommand(input, { words: words[0] === 'kubectl' ? words.slice(1) : words });
  },
};
