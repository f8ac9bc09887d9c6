import type { ControlPlane } from '../../core/control-plane.ts';
import { AgentError, messageOf } from '../../core/errors.ts';
import type { ExecutionId, LedgerRecords, ReportBody, Result } from '../../core/execution.ts';
import type { Hooks } from '../../core/hooks.ts';
import { limits } from '../../core/limits.ts';
import type { StoredLog, Tracer } from '../../core/ports.ts';
import { isSelfTest, taskIdOf } from '../../core/self-test.ts';
import type { Task } from '../../core/task.ts';
import { type Trace, traceOf } from '../../core/trace.ts';
import { runAfterHook } from './after-hook.ts';
import { type Auditing, auditEnd } from './audit-end.ts';
import { phasesOf } from './phases.ts';
import { type RedactionDependencies, storeRedacted } from './store-redacted.ts';
import { traceExecution } from './trace-execution.ts';

export interface ReportDependencies extends RedactionDependencies {
  controlPlane: ControlPlane;
  /** The deployment's own functions around a task. */
  hooks?: Hooks | undefined;
  /** Missing where nobody wants traces. */
  tracer?: Tracer | undefined;
  /** With it, nothing is closed whose end is not in the audit trail. */
  auditing?: Auditing | undefined;
}

/**
 * Posts the one result of an execution that has ended, and closes it. The body is a record before it is posted,
 * so that every repetition posts the same. Does nothing while there is no result.
 * @throws AgentError, retryable: leave the message; the sweep comes back to it too.
 */
export async function report(deps: ReportDependencies, id: ExecutionId): Promise<void> {
  const { ledger } = deps;
  if (!(await ledger.read(id, 'reported'))) {
    const body = (await ledger.read(id, 'report')) ?? (await compose(deps, id));
    if (!body) return;
    await postOnce(deps, id, body);
  }
  // The last: nobody waits for it, and a trail that cannot be written must not keep a result from its user.
  await auditEnd(deps, id);
  // Withheld is not lost: the raw output stays for its day, and the sweep ends the execution then.
  if ((await ledger.read(id, 'report'))?.reason !== 'withheld') await ledger.close(id);
}

/**
 * Another reporter may have posted and closed since we looked, and one that woke up later may have written a `report`
 * with other words then. So whoever has the words looks once more.
 */
async function postOnce(deps: ReportDependencies, id: ExecutionId, body: ReportBody) {
  const { ledger, clock, log } = deps;
  const task = await ledger.read(id, 'task');
  const trace = task && traceOf(id, task);
  if (await ledger.read(id, 'reported')) return;
  await post(deps, id, body, trace);
  const reportedAt = clock.now();
  const { status, reason } = body;
  const isFirst = await ledger.create(id, 'reported', { reportedAt, status, reason });
  const phases = await phasesOf(ledger, id, task, reportedAt);
  log.info('result.reported', { taskId: id, traceId: trace?.traceId, status, reason, ...phases });
  if (!isFirst) return;
  if (task) await traceExecution(deps, id, task, { reason, reportedAt });
  if (!isSelfTest(id)) await runAfterHook(deps, id, body);
}

/** A refusal may be a wrong token, which somebody mends; a task that the API has forgotten stays forgotten. */
async function post(
  { ledger, controlPlane, clock, log }: ReportDependencies,
  id: ExecutionId,
  body: ReportBody,
  trace: Trace | undefined,
) {
  try {
    await controlPlane.report(body, trace);
  } catch (thrown) {
    if (!(thrown instanceof AgentError) || thrown.retryable) throw thrown;
    const endedAt = (await ledger.read(id, 'result'))?.endedAt ?? clock.now();
    if (clock.now() < endedAt + limits.refusedReportSeconds * 1000) throw thrown;
    log.error('report.refused', { taskId: id, code: thrown.code });
  }
}

async function compose(deps: ReportDependencies, id: ExecutionId): Promise<ReportBody | undefined> {
  const { ledger, clock } = deps;
  const result = await ledger.read(id, 'result');
  const taskId = taskIdOf(id, await ledger.read(id, 'task'));
  if (!result || taskId === undefined) return undefined;
  const lock = await ledger.read(id, 'lock');
  const part = await redactOrWithhold(deps, id, result, lock);
  const body = bodyOf(taskId, part, result, clock.now() - (lock?.lockedAt ?? clock.now()));
  // Of two reporters at once, the first decides the words.
  return (await ledger.create(id, 'report', body)) ? body : ledger.read(id, 'report');
}

/** What the body says of the output. */
type LogPart = Pick<ReportBody, 'logs' | 'uploaded' | 'redacted'> & { logSize: number; withheld: boolean };

async function redactOrWithhold(
  deps: ReportDependencies,
  id: ExecutionId,
  result: Result,
  lock: LedgerRecords['lock'] | undefined,
): Promise<LogPart> {
  try {
    return await redact(deps, id, result, lock);
  } catch (thrown) {
    const isHopeless =
      thrown instanceof AgentError && thrown.code === 'redaction-failed' && !thrown.retryable;
    const isOver = deps.clock.now() >= result.endedAt + limits.redactionSeconds * 1000;
    if (!isHopeless && !isOver) throw thrown;
    // The messages of detectors quote no text, and the redactor looks at them all the same.
    const cause = deps.redactor.message(messageOf(thrown));
    deps.log.error('output.withheld', { taskId: id, cause });
    const message =
      `The output is withheld, because it could not be redacted. ${cause} It is kept for a day where the ` +
      'task ran: its operators can redact it with `runops executions redact`.';
    const logs = deps.redactor.message(message);
    return { logs, uploaded: false, redacted: true, logSize: logs.length, withheld: true };
  }
}

async function redact(
  deps: ReportDependencies,
  id: ExecutionId,
  result: Result,
  lock: LedgerRecords['lock'] | undefined,
): Promise<LogPart> {
  const { log, stored, isRedacted } = await storeRedacted(deps, id, result);
  const uploaded = await upload(deps, id, lock?.uploadUrl ?? null, stored);
  return {
    logs: log.inline(uploaded ? null : stored.location),
    uploaded,
    redacted: isRedacted,
    logSize: log.characters(),
    withheld: false,
  };
}

/** A log that cannot be uploaded is still in the log store and, up to a limit, in the result: no reason to wait. */
async function upload(deps: ReportDependencies, id: ExecutionId, url: string | null, stored: StoredLog) {
  if (!url) return false;
  try {
    await deps.controlPlane.upload(url, stored);
    deps.log.info('log.uploaded', { taskId: id, bytes: stored.bytes });
    return true;
  } catch (thrown) {
    if (!(thrown instanceof AgentError)) throw thrown;
    deps.log.error('upload.failed', { taskId: id, code: thrown.code });
    return false;
  }
}

function bodyOf(id: Task['id'], part: LogPart, result: Result, elapsedMilliseconds: number): ReportBody {
  return {
    id,
    status: result.reason === 'exited' && result.exitCode === 0 && !part.withheld ? 'success' : 'failure',
    logs: part.logs,
    uploaded: part.uploaded,
    redacted: part.redacted,
    'elapsed-time-ms': Math.max(0, Math.round(elapsedMilliseconds)),
    'log-size': part.logSize,
    ...(result.exitCode === null ? {} : { 'exit-code': result.exitCode }),
    reason: part.withheld ? 'withheld' : result.reason,
  };
}
