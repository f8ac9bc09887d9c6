import { AgentError } from '../errors.ts';
import type { Command } from './integration.ts';

/**
 * One argument or variable, with its terminating NUL: MAX_ARG_STRLEN of Linux, 32 pages
 * (https://man7.org/linux/man-pages/man2/execve.2.html).
 */
const STRING_BYTES_MAX = 128 * 1024;
/** All of them together: a quarter of the usual stack of 8 MiB, less what the runner adds. */
const TOTAL_BYTES_MAX = 2 * 1024 * 1024 - 64 * 1024;
const POINTER_BYTES = 8;

/**
 * Says in words what the kernel would answer with "Argument list too long" or Node with an invalid argument.
 * @throws AgentError `command-invalid` that names the argument or variable, never its value.
 */
export function checkCommand({ argv, env }: Command): void {
  const strings = [
    ...argv.map((argument, index) => ({ name: `Argument ${index} of the command`, text: argument })),
    ...Object.entries(env).map(([key, value]) => ({
      name: `The environment variable ${key.slice(0, 100)}`,
      text: `${key}=${value}`,
    })),
  ];

  let totalBytes = 0;
  for (const { name, text } of strings) {
    if (text.includes('\0')) {
      throw new AgentError(
        'command-invalid',
        `${name} has a NUL character, which no program can get. Remove it.`,
      );
    }
    const bytes = Buffer.byteLength(text) + 1;
    totalBytes += bytes + POINTER_BYTES;
    if (bytes > STRING_BYTES_MAX) {
      throw new AgentError(
        'command-invalid',
        `${name} has ${bytes - 1} bytes; Linux allows ${STRING_BYTES_MAX - 1}. Make it shorter, or let the command ` +
          'read the script from standard input.',
      );
    }
  }
  if (totalBytes <= TOTAL_BYTES_MAX) return;
  throw new AgentError(
    'command-invalid',
    `The command's arguments and environment have ${totalBytes} bytes together; ${TOTAL_BYTES_MAX} are allowed. ` +
      'Take what is not needed out of the secret.',
  );
}
