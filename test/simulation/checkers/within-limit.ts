import { dayOf, type UsageEntry } from '../../../core/daily-usage.ts';
import { parseRecord } from '../../../core/execution.ts';
import type { World } from '../deployment.ts';
import { epoch } from '../process.ts';
import { usageIn, usageKey } from '../s3-usage.ts';
import { vcpuSecondsAtMost } from '../workload.ts';
import type { Checker } from './check-all.ts';

/** P7: the executions that are let through on a day never need more vCPU seconds than the limit. */
export const withinLimit: Checker = ({ world }) => world.history.overLimit;

/**
 * Looks whenever an execution is let through, which is at its first claim, what those before it may need at most: less
 * for those whose end is known.
 */
export function watchLimit(world: World): void {
  const { store, history, server } = world;
  const { dailyLimit } = world.mix;
  if (!dailyLimit) return;
  const { limit, usedBefore } = dailyLimit;
  const firstDay = dayOf(epoch);
  const before = { executionId: '0', kind: 'used', vcpuSeconds: usedBefore, container: 'before' } as const;
  store.put(usageKey(firstDay, before), '', { once: false, writer: 'before' });

  const days = new Map<string, string>();
  store.onCreated((key) => {
    const [folder, id = '', name] = key.split('/');
    if (folder !== 'executions' || name !== 'claim-1') return;
    const input = server.tasks.find((task) => String(task.id) === id)?.input;
    // It is refused, limit or not.
    if (input?.type !== 'bash') return;
    const day = dayOfReservation(world, id);
    if (day === undefined) {
      history.overLimit.push(`task ${id} was let through without a reservation`);
      return;
    }
    days.set(id, day);
    const ids = [...days].flatMap(([other, its]) => (its === day ? [other] : []));
    const sum = ids.reduce((total, other) => total + needOf(world, other, usageIn(store, day)), 0);
    const room = limit - (day === firstDay ? usedBefore : 0);
    if (sum > room)
      history.overLimit.push(`with task ${id} ${sum} vCPU seconds may be needed where ${room} are left`);
  });
}

/** By the clock of who has reserved, which may be a little behind the one who claims. */
function dayOfReservation({ store }: World, id: string): string | undefined {
  const claim = parseRecord('claim-1', String(store.get(`executions/${id}/claim-1`)));
  const days = [claim.claimedAt, claim.claimedAt - 24 * 3600 * 1000].map(dayOf);
  return days.find((day) =>
    usageIn(store, day).some(({ executionId, kind }) => executionId === id && kind === 'reserved'),
  );
}

/** What was used by the one container that has run its command counts, and nothing once it never will. */
function needOf({ store, server }: World, id: string, entries: readonly UsageEntry[]): number {
  const most = vcpuSecondsAtMost(server.tasks.find((task) => String(task.id) === id)?.input.target);
  const text = store.get(`executions/${id}/started`);
  const started = typeof text === 'string' ? parseRecord('started', text) : undefined;
  if (!started) return store.get(`executions/${id}/refused`) === undefined ? most : 0;
  if (started.by === 'nobody') return 0;
  const runner = started.launchId.split('/').at(-1);
  const used = entries.find(
    (entry) => entry.executionId === id && entry.kind === 'used' && entry.container === runner,
  );
  return used?.kind === 'used' ? Math.min(most, used.vcpuSeconds) : most;
}
