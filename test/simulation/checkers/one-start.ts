import type { Checker } from './check-all.ts';

/** P1: a task's command starts at most once, ever, and only after its task was given to us. */
export const oneStart: Checker = ({ world: { history } }) => {
  const starts = Map.groupBy(history.starts, ({ id }) => id);
  return [...starts].flatMap(([id, all]) => [
    ...(all.length > 1 ? [`task ${id} was started by ${all.map(({ runner }) => runner).join(' and ')}`] : []),
    ...(history.locks.has(id) ? [] : [`task ${id} was started and never locked`]),
  ]);
};
