import { parseRecord } from '../../../core/execution.ts';
import { epoch } from '../process.ts';
import { expiryOf, longest, shortStartSeconds } from '../workload.ts';
import type { Checker, Ended } from './check-all.ts';

/** P5 and the start deadline: no start without a user's valid token, and none after the last moment. */
export const startsInTime: Checker = (ended) =>
  ended.world.server.tasks.flatMap(({ id, input }) => {
    const startedAt = claimOf(ended, String(id));
    if (startedAt === undefined) return [];
    const expiry = expiryOf(typeof input.token === 'string' ? input.token : null);
    const late = startedAt - lastMoment(ended, String(id), input.target === 'hasty');
    return [
      ...(expiry === undefined ? [`task ${id} was started without a token`] : []),
      ...(expiry !== undefined && startedAt >= expiry
        ? [`task ${id} was started after its token ended`]
        : []),
      ...(late > 0 ? [`task ${id} was started ${Math.round(late / 1000)} s after the last moment`] : []),
    ];
  });

/** By the clock of the runner that took the permanent claim. */
function claimOf({ world: { store } }: Ended, id: string): number | undefined {
  const text = store.get(`executions/${id}/started`);
  const started = typeof text === 'string' ? parseRecord('started', text) : undefined;
  return started?.by === 'runner' ? started.startedAt : undefined;
}

function lastMoment({ world: { history }, mix }: Ended, id: string, isHasty: boolean): number {
  const startSeconds = isHasty ? shortStartSeconds : longest.startSeconds;
  // The deadline counts from the answer to the lock, which may come as late as a dispatcher can wait for it.
  const patience = 120_000;
  return epoch + (history.locks.get(id) ?? 0) + startSeconds * 1000 + patience + 2 * mix.skewMilliseconds;
}
