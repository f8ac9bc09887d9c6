import { AgentError } from '../../core/errors.ts';
import type { ExecutionId } from '../../core/execution.ts';
import { type RedactionDependencies, storeRedacted } from './store-redacted.ts';

/**
 * Redacts an output that was withheld, now that its detector is back, into the log store, and deletes the raw
 * output. The user has had a result already and gets no second one. Returns where the log is.
 * @throws AgentError `task-invalid` when nothing is withheld under this id, `redaction-failed` when it fails again.
 */
export async function redactWithheld(deps: RedactionDependencies, id: ExecutionId): Promise<string> {
  const report = await deps.ledger.read(id, 'report');
  const result = await deps.ledger.read(id, 'result');
  if (report?.reason !== 'withheld' || !result || !(await deps.ledger.read(id, 'reported'))) {
    const message = `Nothing is withheld of execution ${id}: raw output is kept for a day after the result.`;
    throw new AgentError('task-invalid', message);
  }
  const { stored } = await storeRedacted(deps, id, result);
  await deps.ledger.close(id);
  return stored.location;
}
