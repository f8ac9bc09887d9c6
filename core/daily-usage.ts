import type { ExecutionId } from './execution.ts';
import type { Ledger, Usage } from './ports.ts';

/**
 * One thing that is known of what an execution uses of a day:
 *
 *     reserved   dispatcher  the most that it may use, before it is let through; each try makes its own
 *     used       reporter    what one of its containers has used, when that has stopped
 *     over       either      no container follows: from now on only what was used counts
 */
export type UsageEntry =
  | { executionId: ExecutionId; kind: 'reserved'; vcpuSeconds: number; at: number }
  | { executionId: ExecutionId; kind: 'used'; vcpuSeconds: number; container: string }
  | { executionId: ExecutionId; kind: 'over' };

/** The least that Fargate bills: https://aws.amazon.com/fargate/pricing/ */
export const billedSecondsMin = 60;

/** The UTC day of a moment in milliseconds, as in 2026-11-20. */
export function dayOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}

/** How many vCPU seconds count: of each execution what it has used, and what it may use while it is not over. */
export function vcpuSecondsOf(entries: readonly UsageEntry[]): number {
  return [...Map.groupBy(entries, ({ executionId }) => executionId).values()].reduce(
    (sum, own) => sum + chargeOf(own),
    0,
  );
}

/** Of one execution: tries that were cut off have left reservations of the same, and an event may come twice. */
function chargeOf(entries: readonly UsageEntry[]): number {
  const reserved = entries.flatMap((entry) => (entry.kind === 'reserved' ? [entry.vcpuSeconds] : []));
  const used = new Map(entries.flatMap((entry) => (entry.kind === 'used' ? [[entry.container, entry]] : [])));
  const isOver = entries.some(({ kind }) => kind === 'over');
  const sum = [...used.values()].reduce((total, { vcpuSeconds }) => total + vcpuSeconds, 0);
  return sum + (isOver ? 0 : Math.max(0, ...reserved));
}

/** The day for which an execution counts: the one in which it was let through. Undefined when it never was. */
export async function dayOfExecution(ledger: Ledger, id: ExecutionId): Promise<string | undefined> {
  const claim = await ledger.read(id, 'claim-1');
  return claim && dayOf(claim.claimedAt);
}

/** Closes an execution whose task somebody else has, for good. */
export async function closeRefused(
  { ledger, usage }: { ledger: Ledger; usage: Usage | undefined },
  id: ExecutionId,
): Promise<void> {
  if (usage) await endUsage({ ledger, usage }, id);
  await ledger.close(id);
}

/** Nothing of the execution will run any more, so that what was reserved for it is there for others. */
export async function endUsage(
  { ledger, usage }: { ledger: Ledger; usage: Usage },
  id: ExecutionId,
): Promise<void> {
  const day = await dayOfExecution(ledger, id);
  if (day !== undefined) await usage.add(day, { executionId: id, kind: 'over' });
}
