import { messageOf } from '../../core/errors.ts';
import type { ExecutionId } from '../../core/execution.ts';
import type { Log } from '../../core/log.ts';
import type { Ledger } from '../../core/ports.ts';
import type { ServiceAddress } from '../../core/service-address.ts';

export interface EndLeftoversDependencies {
  ledger: Ledger;
  /** Stops all tasks of the service that the execution has started. */
  endTasks: (service: ServiceAddress, id: ExecutionId) => Promise<void>;
  log: Log;
}

/**
 * Ends what is left of a task of a customer's service once its execution has a result. To be called before the report,
 * which forgets where the task was. Never throws: the result matters more.
 */
export async function endLeftovers(
  { ledger, endTasks, log }: EndLeftoversDependencies,
  id: ExecutionId,
): Promise<void> {
  const [request, result] = await Promise.all([ledger.read(id, 'launching'), ledger.read(id, 'result')]);
  if (!request?.service || request.service.live || !result) return;
  try {
    await endTasks(request.service, id);
  } catch (thrown) {
    log.error('cleanup.failed', { taskId: id, cause: messageOf(thrown) });
  }
}
