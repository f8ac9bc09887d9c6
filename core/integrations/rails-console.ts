import type { Integration } from './integration.ts';
import { railsCommand, railsKeys } from './rails-command.ts';

/** Ruby for `rails runner`, from a file: in an argument every process of the machine could read it. */
export const railsConsole: Integration = {
  ...railsKeys,
  command: (input) =>
    railsCommand(
      input,
      ['runner', `${input.directory}/script.rb`],
      [{ name: 'script.rb', content: input.script }],
    ),
};
