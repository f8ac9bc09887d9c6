import type { Call, ExitCode, Shell } from './command.ts';
import { UnreachableError, UsageError } from './errors.ts';
import { taskPath } from './task-address.ts';
import { finishTask } from './task-finish.ts';

/** A server without our extension answers when the task has ended, or when it has waited for about two minutes. */
const RESULT_SECONDS = 180;

/** Creates a task and stays with it to its end. */
export async function createTask(call: Call, shell: Shell): Promise<ExitCode> {
  const { target, type, message } = call.values;
  const script = await scriptOf(call, shell);
  return await request('/v1/tasks', { target, script, type, message }, call, shell);
}

/** Runs a task that was approved and stays with it to its end. */
export async function runTask(call: Call, shell: Shell): Promise<ExitCode> {
  return await request(`${taskPath(call.operand)}/runs`, undefined, call, shell);
}

async function request(path: string, body: unknown, call: Call, shell: Shell): Promise<ExitCode> {
  const api = await shell.api();
  const unsure = 'Whether the task was created is not known. See: runops tasks list';
  const forget = shell.onInterrupt(() => shell.screen.say(unsure));
  shell.screen.spin('Asking for the task');
  const answer = await api
    .send('POST', path, body, RESULT_SECONDS)
    .catch((error: unknown) => {
      if (!(error instanceof UnreachableError) || !error.mayHaveArrived) throw error;
      throw new UnreachableError(`${error.message}\n${unsure}`, true);
    })
    .finally(forget);
  return await finishTask(answer, call, shell);
}

async function scriptOf(call: Call, shell: Shell): Promise<string> {
  const { script, file } = call.values;
  if (script !== undefined && file !== undefined) throw new UsageError('Give --script or --file, not both.');
  if (script === undefined && file === undefined) {
    throw new UsageError(
      "runops tasks create needs --script 'SCRIPT' or --file FILE (- reads standard input).",
    );
  }
  const text = file === undefined ? (script ?? '') : await shell.readText(file);
  if (text.trim() === '') throw new UsageError('The script is empty.');
  return text;
}
