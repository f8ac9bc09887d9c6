import { scriptWords } from '../command-words.ts';
import type { Integration } from './integration.ts';
import { railsCommand, railsKeys } from './rails-command.ts';

/** One call of rails: the script is its arguments, such as `db:migrate:status`. */
export const rails: Integration = {
  ...railsKeys,
  command: (input) => railsCommand(input, scriptWords(input.script, 'rails')),
};
