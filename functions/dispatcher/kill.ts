import { concludeKilled } from '../../core/conclude.ts';
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
  const { ledger, launcher, log } = deps;
  // Not ours yet, or never: the dispatcher looks for the wish when it has the lock.
  if (!(await ledger.read(id, 'lock'))) return;
  if (await concludeKilled(deps, id)) {
    log.info('execution.killed', { taskId: id, started: false });
    return;
  }
  const started = await ledger.read(id, 'started');
  if (started?.by !== 'runner' || (await ledger.read(id, 'result'))) return;
  await launcher.stop(started.launchId);
  log.info('execution.killed', { taskId: id, started: true });
}
