import type { ControlPlane } from '../../core/control-plane.ts';
import type { Log } from '../../core/log.ts';
import type { Clock, Ledger, Queue } from '../../core/ports.ts';
import { idOf } from '../../core/task.ts';

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
  const received = await Promise.allSettled(ready.map((input) => receive(deps, input)));
  forgetAllBut(deps.seen, ready);
  // A task that cannot be written down keeps nobody from killing another.
  await pollKills(deps);
  const failed = received.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return received.filter((task) => task.status === 'fulfilled' && task.value !== undefined).length;
}

async function receive({ ledger, dispatches, clock, log, seen }: PollDependencies, input: unknown) {
  const taskId = idOf(input);
  if (taskId === undefined) {
    log.error('task.refused', { cause: 'the API sent a task without a usable id' });
    return undefined;
  }
  const id = String(taskId);
  if (seen.has(id)) return undefined;
  const isNew = await ledger.create(id, 'task', { receivedAt: clock.now(), input });
  if (isNew) await dispatches.send(id);
  seen.add(id);
  if (!isNew) return undefined;
  log.info('task.received', { taskId: id });
  return id;
}

async function pollKills({ controlPlane, ledger, kills, clock }: PollDependencies) {
  for (const taskId of await controlPlane.killRequests()) {
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
