import { dayOfExecution, endUsage } from '../../core/daily-usage.ts';
import type { ExecutionId } from '../../core/execution.ts';
import type { Ledger, Usage } from '../../core/ports.ts';
import { billedSeconds, type StoppedContainer } from './container-cost.ts';

export interface SettleDependencies {
  ledger: Ledger;
  usage: Usage;
}

/**
 * Writes down what a container has used that has stopped. When it was the one that ran the command, none follows, and
 * the reservation of its execution is over. Without the event, which may be lost, that counts until its day ends.
 */
export async function settleContainer(
  { ledger, usage }: SettleDependencies,
  id: ExecutionId,
  container: StoppedContainer,
): Promise<void> {
  const [day, started] = await Promise.all([dayOfExecution(ledger, id), ledger.read(id, 'started')]);
  const name = container.taskArn?.split('/').at(-1);
  const vcpuSeconds = Math.ceil((Number(container.cpu) / 1024) * billedSeconds(container));
  if (day === undefined || !name || !Number.isFinite(vcpuSeconds)) return;
  await usage.add(day, { executionId: id, kind: 'used', vcpuSeconds, container: name });
  const hasRun = started?.by === 'runner' && started.launchId === container.taskArn;
  if (hasRun) await usage.add(day, { executionId: id, kind: 'over' });
}

/** An execution that was reported and never started holds nothing of its day. */
export async function settleUnstarted(deps: SettleDependencies, id: ExecutionId): Promise<void> {
  const started = await deps.ledger.read(id, 'started');
  if (started?.by === 'nobody') await endUsage(deps, id);
}
