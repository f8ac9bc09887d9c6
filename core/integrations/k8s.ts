import { scriptWords } from '../command-words.ts';
import type { Integration } from './integration.ts';
import { kubectlCommand, kubernetesKeys } from './kubectl.ts';
import { refuseOtherServer } from './other-server.ts';

/** One call of kubectl: the script is its arguments, such as `get pods -n shop`. */
export const k8s: Integration = {
  ...kubernetesKeys,
  command(input) {
    const words = scriptWords(input.script, 'kubectl');
    refuseOtherServer(words, OTHER_SERVER, 'the kubeconfig in KUBE_CONFIG_DATA names the server');
    return kubectlCommand(input, { words });
  },
};

/** Also as a letter behind others that take no value: `-As URL`. */
const OTHER_SERVER = /^(?:--server(?:=|$)|-[AwitRhqfp]*s)/;
