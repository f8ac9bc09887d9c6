import { scriptWords } from '../command-words.ts';
import { AgentError } from '../errors.ts';
import type { ServiceAddress } from '../service-address.ts';

/** A session of ECS Exec into a container that serves. Its command starts when somebody connects to it. */
export interface LiveSession {
  /** The data channel, and the token that opens it. */
  url: string;
  token: string;
  /** The id of the task that the container is of. */
  task: string;
  /** What comes after the output, before the exit code. */
  marker: string;
}

/** Opens a session for a command of these words. Throws AgentError `launch-failed`. */
export type OpenLiveSession = (
  address: ServiceAddress,
  words: readonly string[],
  signal: AbortSignal,
) => Promise<LiveSession>;

/** What the shell runs: it is told the words, and starts them as a program; it never reads them as its own language. */
const TELL_EXIT_CODE = String.raw`(exec "$@"); printf '%s:%d\n' "$0" "$?"`;

/**
 * The words of a script for a live container.
 * @throws AgentError `command-invalid`
 */
export function liveWords(script: string): string[] {
  const words = scriptWords(script);
  const [program = ''] = words;
  if (program === '' || program.startsWith('-') || script.includes('\0')) {
    throw new AgentError(
      'command-invalid',
      `The script cannot be run in a live container: it begins with ${JSON.stringify(program.slice(0, 50))}, or has ` +
        'a byte that no argument can have. Begin it with the name of a program.',
    );
  }
  return words;
}

/**
 * The one text that ECS takes. Its agent in the container splits it as a shell would, and starts the first word
 * (https://github.com/aws/amazon-ssm-agent/blob/mainline/agent/session/plugins/shell/shell_unix.go).
 */
export function liveCommandLine(words: readonly string[], marker: string): string {
  return ['sh', '-c', TELL_EXIT_CODE, marker, ...words].map(quoted).join(' ');
}

/** One word. Two braces side by side are parted by quotes, because documents of SSM replace what is in such braces. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`).replace(/([{}])(?=\1)/g, "$1''")}'`;
}
