import { sha256 } from '../../adapters/sha256.ts';
import { type Asked, type AuditRecord, askedIn, auditId, subjectOf, timeOf } from '../../core/audit.ts';
import type { ExecutionId } from '../../core/execution.ts';
import type { Audit, Clock, Ledger } from '../../core/ports.ts';
import { idOf, parseTask } from '../../core/task.ts';

/** Where ends are audited. */
export interface Auditing {
  audit: Audit;
  agentName: string;
}

interface AuditEndDependencies {
  /** Missing where no audit is configured. */
  auditing?: Auditing | undefined;
  ledger: Ledger;
  clock: Clock;
}

/**
 * Writes the end of a reported execution into the audit trail, unless it is there: `audited` is permanent, so that a
 * reporter that wakes up late has nothing to do. The execution may be closed then.
 * @throws AgentError, retryable: it must not be closed yet.
 */
export async function auditEnd(deps: AuditEndDependencies, id: ExecutionId): Promise<void> {
  const { ledger, clock, auditing } = deps;
  if (!auditing || (await ledger.read(id, 'audited'))) return;
  const record = await endOf(deps, auditing.agentName, id);
  // What is read while another reporter closes the execution is not all of it. That one has audited it before.
  if (!record || (await ledger.read(id, 'audited'))) return;
  await auditing.audit.write(record);
  await ledger.create(id, 'audited', { auditedAt: clock.now() });
}

/** All of it comes from records that never change, so that every repetition says the same. */
async function endOf(
  { ledger, clock }: AuditEndDependencies,
  agent: string,
  id: ExecutionId,
): Promise<AuditRecord | undefined> {
  const [task, spec, started, result, redacted, report] = await Promise.all([
    ledger.read(id, 'task'),
    ledger.read(id, 'spec'),
    ledger.read(id, 'started'),
    ledger.read(id, 'result'),
    ledger.read(id, 'redacted'),
    ledger.read(id, 'report'),
  ]);
  if (!task || !result || !report) return undefined;
  const { reason, exitCode, startedAt, endedAt } = result;
  const runner = started?.by === 'runner' ? started : undefined;
  return {
    ...subjectOf(spec ?? askedOf(task.input, id), { agent, at: clock.now(), sha256 }),
    ...{ kind: 'end', id: auditId(id, 'end') },
    ...{ status: report.status, reason, exitCode },
    startedAt: startedAt === null ? null : timeOf(startedAt),
    endedAt: timeOf(endedAt),
    container: runner?.launchId ?? null,
    imageDigest: runner?.imageDigest ?? null,
    output: {
      sha256: redacted?.sha256 ?? null,
      bytes: redacted?.bytes ?? null,
      withheld: report.reason === 'withheld',
    },
  };
}

/** What the API said of a task for which nothing was decided, or which was denied. */
function askedOf(input: unknown, id: ExecutionId): Asked {
  try {
    return askedIn(parseTask(input));
  } catch {
    return { taskId: idOf(input) ?? id };
  }
}
