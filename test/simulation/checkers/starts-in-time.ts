import { epoch } from '../process.ts';
import { expiryOf, longest } from '../workload.ts';
import type { Checker } from './check-all.ts';

/** P5 and the start deadline: no start without a user's valid token, and none long after the lock. */
export const startsInTime: Checker = ({ world: { history, server }, mix }) =>
  history.starts.flatMap(({ id, byOwnClock, at }) => {
    const task = server.tasks.find((candidate) => String(candidate.id) === id);
    const token = typeof task?.input.token === 'string' ? task.input.token : null;
    const expiry = expiryOf(token);
    const lockedAt = history.locks.get(id) ?? 0;
    const startSeconds = task?.input.target === 'hasty' ? 120 : longest.startSeconds;
    // From the claim to the start of the command the secret is fetched, which may take as long as a slow call.
    const patience = 400_000;
    const late = at - lockedAt - startSeconds * 1000 - 2 * mix.skewMilliseconds - patience;
    return [
      ...(expiry === undefined ? [`task ${id} was started without a token`] : []),
      ...(expiry !== undefined && byOwnClock > expiry + patience
        ? [`task ${id} was started after its token ended`]
        : []),
      ...(byOwnClock < epoch - mix.skewMilliseconds ? [`task ${id} was started before time began`] : []),
      ...(late > 0 ? [`task ${id} was started ${Math.round(late / 1000)} s after the last moment`] : []),
    ];
  });
