import { conclude, neverStarted } from '../../core/conclude.ts';
import type { ExecutionId } from '../../core/execution.ts';
import type { Log } from '../../core/log.ts';
import type { Clock, Launcher, Ledger, Queue } from '../../core/ports.ts';

export interface KillDependencies {
  ledger: Ledger;
  launcher: Launcher;
  reports: Queue;
  clock: Clock;
  log: Log;
}

/**
 * Ends an execution that its user no longer wants: before the start it never starts, after it the runner is
 * stopped and reports what was printed so far.
 */
export async function kill(deps: KillDependencies, id: ExecutionId): Promise<void> {
  const { ledger, launcher, clock, log } = deps;
  if (!(await ledger.read(id, 'task'))) return;
  const message = 'The task was killed by its user before it started.';
  if (await conclude(deps, id, neverStarted('killed', message, clock.now()))) {
    log.info('execution.killed', { taskId: id, started: false });
    return;
  }
  const started = await ledger.read(id, 'started');
  if (started?.by !== 'runner' || (await ledger.read(id, 'result'))) return;
  await launcher.stop(started.launchId);
  log.info('execution.killed', { taskId: id, started: true });
}
