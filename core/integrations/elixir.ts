import type { Integration } from './integration.ts';
import { scriptFileCommand } from './script-file.ts';

/** The script as an Elixir file, with every key of the secret as an environment variable. */
export const elixir: Integration = {
  requiredKeys: [],
  publicKeys: [],
  missingKeys: '',
  command: (input) => scriptFileCommand(input, ['elixir'], 'script.exs'),
};
