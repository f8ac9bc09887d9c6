import { AgentError, messageOf } from '../../core/errors.ts';

/** Why a process could not be started, as a sentence that never quotes an argument. */
export function explainStart(thrown: unknown, argv: readonly string[]): AgentError {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const sentence =
    sentences[code]?.(argv) ?? `its process could not be started (${code || messageOf(thrown)})`;
  return new AgentError('command-invalid', `agent failed to run command: ${sentence}.`, { cause: thrown });
}

const sentences: Readonly<Record<string, (argv: readonly string[]) => string>> = {
  E2BIG: (argv) =>
    `its arguments and environment are too long for this machine (the longest argument has ${longest(argv)} bytes, ` +
    'and Linux takes 131071 at most). Make the script shorter, or use a type that reads it from standard input',
  EACCES: (argv) => `${argv[0]} may not be executed here. Check its mode and the user that runs the command`,
  ENOENT: (argv) => `${argv[0]} or the execution's directory is missing. Check the image and RUNOPS_SCRATCH`,
  EAGAIN: () => 'this machine has no room for another process. Run fewer tasks at a time, or give it more',
  ENOMEM: () => 'this machine has too little memory to start it. Give it more memory',
  EMFILE: () => 'the runner has too many open files. Raise the limit "nofile" of the container',
};

function longest(argv: readonly string[]): number {
  return Math.max(...argv.map((argument) => Buffer.byteLength(argument)));
}
