import { AgentError } from '../errors.ts';

/**
 * A client sends its credentials to the server that its options name: no script may name another one than the
 * target's secret. What comes after `--` are no options.
 * @throws AgentError `command-invalid`
 */
export function refuseOtherServer(words: readonly string[], option: RegExp, instead: string): void {
  const end = words.indexOf('--');
  const found = words.slice(0, end < 0 ? undefined : end).find((word) => option.test(word));
  if (found === undefined) return;
  throw new AgentError(
    'command-invalid',
    `The script cannot be used: ${found.slice(0, 50)} would send the target's credentials to a server of the ` +
      `script's choice. Leave it out: ${instead}.`,
  );
}
