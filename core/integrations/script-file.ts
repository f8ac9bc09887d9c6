import { secretsAsEnvironment } from './environment.ts';
import type { Command, IntegrationInput } from './integration.ts';

/**
 * Runs the script as a file, not through standard input: a `read` or an `ssh` in the script would swallow the
 * rest of a script that comes from there.
 */
export function scriptFileCommand(
  input: IntegrationInput,
  interpreter: Command['argv'],
  name: string,
): Command {
  return {
    argv: [...interpreter, `${input.directory}/${name}`],
    env: secretsAsEnvironment(input.secrets),
    stdin: null,
    files: [{ name, content: input.script }],
  };
}
