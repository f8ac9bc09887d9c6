import type { World } from '../deployment.ts';
import type { Checker } from './check-all.ts';

/**
 * No result for a task that somebody else has: one is posted only for a task that the API gave us, or one for
 * which we asked and of whose answer nothing was known when it was decided.
 */
export const onlyOurs: Checker = ({ world }) => {
  const { history } = world;
  const posted = new Set(history.results.map(({ id }) => id));
  return [...posted]
    .filter((id) => !history.locks.has(id))
    .filter((id) => !history.locksAsked.has(id) || wasKnownToBeRefused(world, id))
    .map((id) => `a result was posted for task ${id}, which was never ours`);
};

function wasKnownToBeRefused({ store }: World, id: string): boolean {
  const refusedAt = store.createdAt(`executions/${id}/refused`) ?? store.deletedAt(`open/${id}`);
  const decidedAt = store.createdAt(`executions/${id}/started`) ?? Number.POSITIVE_INFINITY;
  return refusedAt !== undefined && refusedAt < decidedAt;
}
