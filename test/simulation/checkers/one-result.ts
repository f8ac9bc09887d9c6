import type { Checker } from './check-all.ts';

/** P2: every locked task has exactly one result at the API in time, and no other is ever posted. */
export const oneResult: Checker = ({ world: { history, server }, settled }) => {
  const violations: string[] = [];
  for (const [id, results] of Map.groupBy(history.results, ({ id }) => id)) {
    const bodies = new Set(results.map(({ body }) => body));
    if (bodies.size > 1)
      violations.push(`task ${id} got ${bodies.size} different results: ${[...bodies].join(' / ')}`);
  }
  for (const [id] of history.locks) {
    const task = server.tasks.find((candidate) => String(candidate.id) === id);
    if (task?.result === null && !history.deleted.has(id))
      violations.push(`task ${id} was locked and has no result`);
  }
  for (const task of server.tasks) {
    const start = history.starts.find(({ id }) => id === String(task.id));
    const claimsSuccess = task.result !== null && JSON.parse(task.result).status === 'success';
    if (claimsSuccess && !start) violations.push(`task ${task.id} is a success that was never started`);
  }
  if (!settled) violations.push('not everything came to its end in time');
  return violations;
};
