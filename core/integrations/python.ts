import type { Integration } from './integration.ts';
import { scriptFileCommand } from './script-file.ts';

/** The script as a Python file, with every key of the secret as an environment variable. */
export const python: Integration = {
  requiredKeys: [],
  publicKeys: [],
  missingKeys: '',
  // -u: what is printed is seen while the script runs, and in order with standard error.
  command: (input) => scriptFileCommand(input, ['python3', '-u'], 'script.py'),
};
