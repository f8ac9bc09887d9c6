import type { ExecutionId, LedgerRecords } from '../../core/execution.ts';
import type { LogFields } from '../../core/log.ts';
import type { Ledger } from '../../core/ports.ts';

/**
 * What an execution was, and how long it was in each state, in milliseconds: for the log of its report. What is not
 * known is left out: another reporter may have closed the execution, and its records with it.
 */
export async function phasesOf(
  ledger: Ledger,
  id: ExecutionId,
  task: LedgerRecords['task'] | undefined,
  reportedAt: number,
): Promise<LogFields> {
  const [launching, launched, result] = await Promise.all([
    ledger.read(id, 'launching'),
    ledger.read(id, 'launched'),
    ledger.read(id, 'result'),
  ]);
  if (!result) return {};
  const { startedAt, endedAt } = result;
  return {
    ...(launching && { type: launching.type, target: launching.target }),
    started: startedAt !== null,
    ...(startedAt !== null && { runMilliseconds: endedAt - startedAt }),
    ...(startedAt !== null && launched && { bootMilliseconds: startedAt - launched.launchedAt }),
    reportMilliseconds: reportedAt - endedAt,
    ...(task && { totalMilliseconds: reportedAt - task.receivedAt }),
  };
}
