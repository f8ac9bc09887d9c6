import { exitCodes, type Shell } from './command.ts';

/** Prints what the server answered, for programs. */
export async function printJson(shell: Shell, answer: unknown) {
  await shell.screen.write(`${JSON.stringify(answer, null, 2)}\n`);
  return exitCodes.done;
}
