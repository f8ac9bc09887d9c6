import type { Integration } from './integration.ts';
import { scriptFileCommand } from './script-file.ts';

/** The script as a bash file, with every key of the secret as an environment variable. */
export const bash: Integration = {
  requiredKeys: [],
  publicKeys: [],
  missingKeys: '',
  command: (input) => scriptFileCommand(input, ['bash'], 'script.sh'),
};
