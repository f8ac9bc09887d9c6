import type { ExecutionId, LedgerRecords, Result } from '../../core/execution.ts';
import type { Log } from '../../core/log.ts';
import type { StreamName } from '../../core/output.ts';
import type { Clock, Ledger, LogStore } from '../../core/ports.ts';
import type { Findings, Redactor } from '../../core/redaction/redactor.ts';
import { findType } from '../../core/task-types.ts';
import { describeEnd } from './describe-end.ts';
import { readFrames } from './read-frames.ts';
import { redactedLog } from './redacted-log.ts';

export interface RedactionDependencies {
  ledger: Ledger;
  logStore: LogStore;
  /** All detectors of the deployment. */
  redactor: Redactor;
  /** No detectors: for targets whose policy allows output without redaction. */
  unredacted: Redactor;
  clock: Clock;
  log: Log;
}

/**
 * Redacts the output of an execution into the log store.
 * @throws AgentError `redaction-failed`: then the log store has nothing of it.
 */
export async function storeRedacted(deps: RedactionDependencies, id: ExecutionId, result: Result) {
  const { clock } = deps;
  const startedAt = clock.now();
  const spec = await deps.ledger.read(id, 'spec');
  const isRedacted = spec?.redact !== 'none';
  const redactor = isRedacted ? deps.redactor : deps.unredacted;
  const findings: Findings = new Map();
  const log = redactedLog({
    chunks: redactor.output(readFrames(deps.ledger, id, result.output.parts), findings),
    ending: redactor.message(describeEnd(result)),
    message: redactor.message,
    inlineStreams: inlineStreams(spec, result),
  });
  const stored = await deps.logStore.write(id, log.text());
  const counts = Object.fromEntries(findings);
  const endedAt = clock.now();
  await deps.ledger.create(id, 'redacted', {
    findings: counts,
    bytes: stored.bytes,
    location: stored.location,
    startedAt,
    endedAt,
    sha256: log.sha256(),
  });
  const redactionMilliseconds = endedAt - startedAt;
  deps.log.info('output.redacted', { taskId: id, bytes: stored.bytes, redactionMilliseconds, ...counts });
  return { log, stored, isRedacted };
}

/** A successful CSV file would be broken by a notice in its middle; the whole log has both streams. */
function inlineStreams(spec: LedgerRecords['spec'] | undefined, result: Result): StreamName[] {
  const isData = spec && result.exitCode === 0 && findType(spec.type).dataOnly;
  return isData ? ['stdout'] : ['stdout', 'stderr'];
}
