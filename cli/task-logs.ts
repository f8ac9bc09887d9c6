import { logsUrlOf, taskOf } from './answers.ts';
import { type Call, type ExitCode, exitCodes, type Shell } from './command.ts';
import { CliError } from './errors.ts';
import { printJson } from './print-json.ts';
import { taskPath } from './task-address.ts';
import { finishTask } from './task-finish.ts';
import { stateOf } from './task-state.ts';

/** Prints the log of a task that has ended, or with `--follow` of one that will. */
export async function showTaskLog(call: Call, shell: Shell): Promise<ExitCode> {
  const { operand: id, switches } = call;
  const path = taskPath(id);
  const api = await shell.api();
  if (switches.has('follow')) return await finishTask(await api.get(path), call, shell);
  const answer = await api.get(`${path}/logs`).catch(async (error: unknown) => {
    const { status } = taskOf(await api.get(path));
    if (stateOf(status) === 'ended') throw error;
    throw new CliError(`Task ${id} has not ended (${status}). Wait for it: runops tasks logs ${id} --follow`);
  });
  if (switches.has('json')) return await printJson(shell, answer);
  for await (const part of api.download(logsUrlOf(answer).logs_url)) {
    if (!(await shell.screen.write(part))) break;
  }
  await shell.screen.endLine();
  return exitCodes.done;
}

/** Asks for the end of a running task. */
export async function killTask(call: Call, shell: Shell): Promise<ExitCode> {
  const path = taskPath(call.operand);
  const answer = await (await shell.api()).send('POST', `${path}/kill`);
  if (call.switches.has('json')) return await printJson(shell, answer);
  await shell.screen.write(
    `Task ${call.operand} is being stopped. See: runops tasks logs ${call.operand} --follow\n`,
  );
  return exitCodes.done;
}
