import type { ExecutionId, LedgerRecords, Reason } from '../../core/execution.ts';
import type { Ledger, Tracer } from '../../core/ports.ts';
import { traceOf } from '../../core/trace.ts';
import { spansOf } from './spans.ts';

/** Longer names are cut: nobody needs more of them to find a trace. */
const labelCharactersMax = 200;

export interface TraceDependencies {
  ledger: Ledger;
  tracer?: Tracer | undefined;
}

/**
 * Hands the trace of an execution to the tracer, if there is one, right after its report and before its records go.
 * Where the API says that it records nothing of this request, neither do we.
 */
export async function traceExecution(
  { ledger, tracer }: TraceDependencies,
  id: ExecutionId,
  task: LedgerRecords['task'],
  end: { reason: Reason; reportedAt: number },
): Promise<void> {
  const trace = traceOf(id, task);
  if (!tracer || !trace.sampled) return;
  const [lock, launching, launched, result, redacted] = await Promise.all([
    ledger.read(id, 'lock'),
    ledger.read(id, 'launching'),
    ledger.read(id, 'launched'),
    ledger.read(id, 'result'),
    ledger.read(id, 'redacted'),
  ]);
  // Another reporter has closed it.
  if (!result) return;
  const { type, target } = launching ?? {};
  const labels = { taskId: id, reason: end.reason, ...(type && { type }), ...(target && { target }) };
  await tracer.record({
    trace,
    root: spansOf({ task, lock, launched, result, redacted }, end),
    labels: Object.fromEntries(
      Object.entries(labels).map(([name, text]) => [name, text.slice(0, labelCharactersMax)]),
    ),
  });
}
