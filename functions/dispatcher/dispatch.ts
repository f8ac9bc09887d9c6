import { busy, claim, isSuperseded } from '../../core/claim.ts';
import { conclude, concludeKilled, explain, neverStarted } from '../../core/conclude.ts';
import type { ControlPlane } from '../../core/control-plane.ts';
import { closeRefused } from '../../core/daily-usage.ts';
import { AgentError } from '../../core/errors.ts';
import type { ExecutionId, Spec } from '../../core/execution.ts';
import { limits } from '../../core/limits.ts';
import type { Log } from '../../core/log.ts';
import type { Launcher, Ledger, Queue } from '../../core/ports.ts';
import { isSelfTest, selfTestSpec, taskIdOf } from '../../core/self-test.ts';
import { type Guard, specify } from '../../core/specify.ts';
import { parseTask, type Task } from '../../core/task.ts';
import { type Trace, traceOf } from '../../core/trace.ts';
import { type Auditing, auditAllowed, auditDenied, underWhat } from './audit-decision.ts';
import { type DailyLimit, isHeld } from './daily-limit.ts';

export interface DispatchDependencies extends Guard {
  ledger: Ledger;
  controlPlane: ControlPlane;
  launcher: Launcher;
  reports: Queue;
  log: Log;
  /** With it, nothing starts whose decision is not in the audit trail. */
  auditing?: Auditing | undefined;
  /** The longest that one call of `dispatch` can live; after it, another may take over. */
  leaseSeconds: number;
  /** What `dailyVcpuMinutes` of the policy is counted by; missing where nothing runs on Fargate. */
  dailyLimit?: DailyLimit | undefined;
}

/**
 * Brings an execution from the queue to its runner. Every step leaves a record, and a later call goes on from
 * there: it may be called any number of times, also at once.
 * @throws AgentError, retryable: leave the message in the queue.
 */
export async function dispatch(deps: DispatchDependencies, id: ExecutionId): Promise<void> {
  const { ledger } = deps;
  const [task, started, refused] = await Promise.all([
    ledger.read(id, 'task'),
    ledger.read(id, 'started'),
    ledger.read(id, 'refused'),
  ]);
  const taskId = taskIdOf(id, task);
  if (!task || taskId === undefined || started) return;
  // A stale list may have brought it back.
  if (refused) return closeRefused({ ledger, usage: deps.dailyLimit?.usage }, id);
  if (await isHeld(deps, id, task)) return;

  const attempt = await claim(deps, id, deps.leaseSeconds);
  if (attempt === undefined) return giveUp(deps, id);
  const received = { taskId, receivedAt: task.receivedAt, trace: traceOf(id, task) };
  const lockedAt = await lock(deps, id, attempt, received);
  if (lockedAt === undefined) return;
  // Whoever asks for a kill writes `kill` and then looks for `lock`, which is there by now: one of us sees it.
  const [kill, written, launching] = await Promise.all([
    ledger.read(id, 'kill'),
    ledger.read(id, 'spec'),
    ledger.read(id, 'launching'),
  ]);
  if (kill) {
    await concludeKilled(deps, id);
    return;
  }
  const spec = written ?? (await specifyOnce(deps, id, task.input, lockedAt));
  const { traceId } = received.trace;
  if (spec) await launch(deps, id, spec, { lockedAt, traceId, isAudited: launching !== undefined });
}

/** When the API gave us the task; undefined when it did not. From then on exactly one result is owed. */
async function lock(
  deps: DispatchDependencies,
  id: ExecutionId,
  attempt: number,
  { taskId, receivedAt, trace }: { taskId: Task['id']; receivedAt: number; trace: Trace },
) {
  const { ledger, clock, controlPlane, log } = deps;
  // The first attempt is before every lock.
  const known = attempt === 1 ? undefined : await ledger.read(id, 'lock');
  if (known) return known.lockedAt;
  const lock = await controlPlane.lock(taskId, trace);
  if (lock.outcome === 'granted') {
    const lockedAt = clock.now();
    await ledger.create(id, 'lock', { lockedAt, uploadUrl: lock.uploadUrl });
    const { traceId } = trace;
    log.info('task.locked', { taskId: id, traceId, waitedMilliseconds: lockedAt - receivedAt });
    return lockedAt;
  }
  const other = await ledger.read(id, 'lock');
  if (other) return other.lockedAt;
  if (await isSuperseded(ledger, id, attempt)) throw busy(id);
  log.info('task.refused', { taskId: id, outcome: lock.outcome });
  const isFirst = lock.outcome === 'refused' && attempt === 1;
  if (isFirst) await ledger.create(id, 'refused', { refusedAt: clock.now() });
  if (isFirst || (await ledger.read(id, 'refused'))) {
    await closeRefused({ ledger, usage: deps.dailyLimit?.usage }, id);
    return undefined;
  }
  // An earlier lock of ours got no answer, or its answer died with its process: the task may be ours, and then a
  // result is owed. Running it is no choice, because another agent may have it.
  const message =
    'The task was not started: the answer to its lock was lost, so that another agent may have it. Run it again.';
  await conclude(deps, id, neverStarted('lost', message, clock.now()));
  return undefined;
}

/** No attempt is left. The task may have been locked by one that got no answer, so its user is told. */
async function giveUp(deps: DispatchDependencies, id: ExecutionId) {
  const message =
    `The task was not started: ${limits.dispatchAttempts} attempts failed. Run it again; if it happens again, the ` +
    "agent's own log has the cause.";
  await conclude(deps, id, neverStarted('lost', message, deps.clock.now()));
}

/** The spec, or undefined when the task must not run: then its user has the answer. */
async function specifyOnce(deps: DispatchDependencies, id: ExecutionId, input: unknown, lockedAt: number) {
  const { ledger, clock, log } = deps;
  try {
    const specified = isSelfTest(id)
      ? selfTestSpec(id, lockedAt)
      : await specify(deps, parseTask(input), lockedAt);
    const spec = { ...specified, ...underWhat(deps, specified.type) };
    // Of two dispatchers at once, the first decides, as for the runner.
    return (await ledger.create(id, 'spec', spec)) ? spec : await ledger.read(id, 'spec');
  } catch (thrown) {
    if (!(thrown instanceof AgentError) || thrown.retryable) throw thrown;
    await auditDenied(deps, id, input, thrown.code);
    log.info('task.rejected', { taskId: id, code: thrown.code });
    await conclude(deps, id, neverStarted('rejected', thrown.message, clock.now()));
    return undefined;
  }
}

/** `launching` is there only when the decision was audited, so an attempt that finds it need not do so again. */
async function launch(
  deps: DispatchDependencies,
  id: ExecutionId,
  spec: Spec,
  { lockedAt, traceId, isAudited }: { lockedAt: number; traceId: string; isAudited: boolean },
) {
  const { ledger, launcher, clock, log } = deps;
  if (clock.now() >= spec.startBefore) {
    const message = `The task could not be started in time. Run it again.`;
    await conclude(deps, id, neverStarted('lost', message, clock.now()));
    return;
  }
  const request = {
    executionId: id,
    type: spec.type,
    target: spec.target,
    secretVariable: spec.secret.provider === 'env-var' ? spec.secret.path : null,
    ...(spec.service && { service: spec.service }),
  };
  if (!isAudited) await auditAllowed(deps, id, spec);
  const isFirst = await ledger.create(id, 'launching', request);
  try {
    const launched = await launcher.launch(
      isFirst ? request : ((await ledger.read(id, 'launching')) ?? request),
    );
    await ledger.create(id, 'launched', launched);
    log.info('execution.launched', {
      ...{ taskId: id, type: spec.type, target: spec.target, launchId: launched.launchId },
      ...{ traceId, lockedMilliseconds: clock.now() - lockedAt },
    });
  } catch (thrown) {
    if (thrown instanceof AgentError && thrown.retryable) throw thrown;
    await conclude(deps, id, neverStarted('lost', explain(thrown), clock.now()));
  }
}
