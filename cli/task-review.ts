import { type TaskAnswer, taskOf } from './answers.ts';
import { type Call, type ExitCode, exitCodes, type Shell } from './command.ts';
import { printJson } from './print-json.ts';
import { taskPath } from './task-address.ts';
import { pendingGroups } from './task-verdict.ts';

/** Approves or rejects a task for one group, and says what comes next. */
export async function reviewTask(
  verdict: 'approved' | 'rejected',
  call: Call,
  shell: Shell,
): Promise<ExitCode> {
  const { operand: id } = call;
  const path = taskPath(id);
  const api = await shell.api();
  const group = call.values.group ?? soleGroup(taskOf(await api.get(path)));
  const answer = await api.send('POST', `${path}/reviews`, { status: verdict, group });
  if (call.switches.has('json')) return await printJson(shell, answer);
  const task = taskOf(await api.get(path));
  await shell.screen.write(`${sentence(task)}\n`);
  return exitCodes.done;
}

/** The group to review for when only one is left; of several the server picks the reviewer's own, if it is one. */
function soleGroup(task: TaskAnswer): string | undefined {
  const groups = pendingGroups(task);
  return groups.length > 1 ? undefined : (groups[0] ?? 'anyone');
}

function sentence(task: TaskAnswer): string {
  const { id, status } = task;
  if (status === 'approved') return `Task ${id} is approved. Run it: runops tasks run ${id}`;
  if (status !== 'pending-review') return `Task ${id} is ${status}.`;
  return `Task ${id} still waits for the review of ${pendingGroups(task).join(', ')}.`;
}
