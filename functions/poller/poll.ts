import { atOnce } from '../../core/at-once.ts';
import type { ControlPlane } from '../../core/control-plane.ts';
import { limits } from '../../core/limits.ts';
import type { Log } from '../../core/log.ts';
import type { Clock, Ledger, Queue } from '../../core/ports.ts';
import { isSelfTest } from '../../core/self-test.ts';
import { idOf } from '../../core/task.ts';
import { traceOf } from '../../core/trace.ts';

export interface PollDependencies {
  controlPlane: ControlPlane;
  ledger: Ledger;
  dispatches: Queue;
  kills: Queue;
  clock: Clock;
  log: Log;
  /** Ids that this poller has seen: a ready task comes with every poll until it is locked. */
  seen: Set<string>;
}

/**
 * Asks the API once. Ready tasks go into the ledger and then on the queue, unlocked: a crash between the two
 * loses nothing, because the task is still ready at the API and open in the ledger. Returns how many were new.
 */
export async function poll(deps: PollDependencies): Promise<number> {
  const ready = await deps.controlPlane.readyTasks();
  let received = 0;
  const failures = await atOnce(limits.executionsAtOnce, ready, async (input) => {
    if (await receive(deps, input)) received++;
  });
  forgetAllBut(deps.seen, ready);
  // A task that cannot be written down keeps nobody from killing another.
  await pollKills(deps);
  if (failures.length > 0) throw failures[0];
  return received;
}

/** True when the task is new. */
async function receive(
  { ledger, dispatches, clock, log, seen }: PollDependencies,
  input: unknown,
): Promise<boolean> {
  const taskId = idOf(input);
  if (taskId === undefined) {
    log.error('task.refused', { cause: 'the API sent a task without a usable id' });
    return false;
  }
  if (isSelfTest(taskId)) {
    log.error('task.refused', { cause: 'the API sent a task with an id that only self-tests have' });
    return false;
  }
  const id = String(taskId);
  if (seen.has(id)) return false;
  const task = { receivedAt: clock.now(), input };
  const isNew = await ledger.create(id, 'task', task);
  if (isNew) await dispatches.send(id);
  seen.add(id);
  if (isNew) log.info('task.received', { taskId: id, traceId: traceOf(id, task).traceId });
  return isNew;
}

async function pollKills({ controlPlane, ledger, kills, clock }: PollDependencies) {
  for (const taskId of await controlPlane.killRequests()) {
    if (isSelfTest(taskId)) continue;
    const id = String(taskId);
    if (!(await ledger.read(id, 'task'))) continue;
    if (await ledger.create(id, 'kill', { requestedAt: clock.now() })) await kills.send(id);
  }
}

/** Keeps the memory of a long-lived poller as small as the API's own list. */
function forgetAllBut(seen: Set<string>, ready: unknown[]) {
  const listed = new Set(ready.map((input) => String(idOf(input))));
  for (const id of seen) if (!listed.has(id)) seen.delete(id);
}
