import { atOnce } from '../../core/at-once.ts';
import { conclude, neverStarted } from '../../core/conclude.ts';
import { closeRefused } from '../../core/daily-usage.ts';
import type { ExecutionId, LedgerRecords, Result } from '../../core/execution.ts';
import { limits } from '../../core/limits.ts';
import type { Log } from '../../core/log.ts';
import type { Clock, Launcher, Ledger, Queue, Usage } from '../../core/ports.ts';

export interface SweepDependencies {
  ledger: Ledger;
  launcher: Launcher;
  dispatches: Queue;
  reports: Queue;
  /** Where the policy has a daily limit: what containers have used is written down. */
  usage?: Usage | undefined;
  clock: Clock;
  log: Log;
  /** Whether the end of an execution has to be audited before it is closed. */
  isAudited?: boolean;
}

/**
 * Looks at every open execution and makes sure that somebody is at work on it. Whatever event was lost, this
 * finds what it would have said. Returns how many are open.
 * @throws the first failure, after all were looked at: one that cannot be read harms no other.
 */
export async function sweep(deps: SweepDependencies): Promise<number> {
  let open = 0;
  const failures = await atOnce(limits.executionsAtOnce, deps.ledger.open(), async (id) => {
    open++;
    await examine(deps, id);
  });
  if (failures.length > 0) throw failures[0];
  return open;
}

/** Decides from the ledger alone what an execution needs next. */
export async function examine(deps: SweepDependencies, id: ExecutionId): Promise<void> {
  const { ledger, reports } = deps;
  const reported = await ledger.read(id, 'reported');
  if (reported) return retire(deps, id, reported.reportedAt);
  if (await ledger.read(id, 'result')) return reports.send(id);
  const started = await ledger.read(id, 'started');
  if (!started) return examineWaiting(deps, id);
  if (started.by === 'nobody') {
    await ledger.create(id, 'result', started.result);
    return reports.send(id);
  }
  await examineRunning(deps, id, started);
}

/** Ends what is reported; raw output that was withheld stays for its day, so that it can still be redacted. */
async function retire(
  { ledger, reports, clock, isAudited }: SweepDependencies,
  id: ExecutionId,
  reportedAt: number,
): Promise<void> {
  // Reported, and its reporter died before it was audited.
  if (isAudited && !(await ledger.read(id, 'audited'))) return reports.send(id);
  const isWithheld = (await ledger.read(id, 'report'))?.reason === 'withheld';
  const keptUntil = reportedAt + (isWithheld ? limits.withheldOutputSeconds * 1000 : 0);
  if (clock.now() >= keptUntil) await ledger.close(id);
}

async function examineWaiting(deps: SweepDependencies, id: ExecutionId): Promise<void> {
  const { ledger, launcher, dispatches, clock } = deps;
  if (await ledger.read(id, 'refused')) return closeRefused({ ledger, usage: deps.usage }, id);
  if (await startIsOver(deps, id)) return;
  const launched = await ledger.read(id, 'launched');
  const state = launched ? await launcher.inspect(launched.launchId) : undefined;
  if (state?.running) return;
  if (state?.mayPass !== false) return dispatches.send(id);
  const message = `The task was not started: ${state.cause}.`;
  await conclude(deps, id, neverStarted('lost', message, clock.now()));
}

/** Without a spec the deadline counts from the lock; without a lock nothing is owed, and there is none. */
async function startIsOver(deps: SweepDependencies, id: ExecutionId): Promise<boolean> {
  const { ledger, clock } = deps;
  const spec = await ledger.read(id, 'spec');
  const lock = spec ? undefined : await ledger.read(id, 'lock');
  const startBefore = spec?.startBefore ?? (lock && lock.lockedAt + limits.startSeconds * 1000);
  if (startBefore === undefined || clock.now() < startBefore + limits.lostGraceSeconds * 1000) return false;
  const message = 'The task did not start in time, so it never will. Run it again.';
  return conclude(deps, id, neverStarted('lost', message, clock.now()));
}

type RunnerStarted = Extract<LedgerRecords['started'], { by: 'runner' }>;

async function examineRunning(deps: SweepDependencies, id: ExecutionId, started: RunnerStarted) {
  const { ledger, launcher, clock, log } = deps;
  const state = await launcher.inspect(started.launchId);
  if (state.running) {
    const spec = await ledger.read(id, 'spec');
    const deadline = started.startedAt + ((spec?.runSecondsMax ?? 0) + limits.lostGraceSeconds) * 1000;
    const isOverdue = clock.now() >= deadline;
    if (isOverdue) log.error('execution.overdue', { taskId: id, launchId: started.launchId });
    if (isOverdue || (await ledger.read(id, 'kill'))) await launcher.stop(started.launchId);
    return;
  }
  // The runner wrote its result before it ended, or it never will: `create` loses to a result that is there.
  if (await ledger.create(id, 'result', lost(state.cause, started.startedAt, clock.now()))) {
    log.error('execution.lost', { taskId: id, cause: state.cause });
  }
  await deps.reports.send(id);
}

function lost(cause: string, startedAt: number, endedAt: number): Result {
  return {
    reason: 'lost',
    exitCode: null,
    message: `The task was started, but its end is unknown: ${cause}. Check what it did before you run it again.`,
    startedAt,
    endedAt,
    output: { parts: null, bytes: 0, cutBytes: 0 },
  };
}
