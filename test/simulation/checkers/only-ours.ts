import type { Checker } from './check-all.ts';

/**
 * No result for a task that somebody else has: one is posted only for a task that the API gave us, or one for
 * which we asked and of whose answer nothing is known.
 */
export const onlyOurs: Checker = ({ world: { history, store } }) => {
  const posted = new Set(history.results.map(({ id }) => id));
  return [...posted]
    .filter((id) => !history.locks.has(id))
    .filter((id) => !history.locksAsked.has(id) || store.get(`executions/${id}/refused`) !== undefined)
    .map((id) => `a result was posted for task ${id}, which was never ours`);
};
