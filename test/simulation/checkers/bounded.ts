import { limits } from '../../../core/limits.ts';
import type { Checker } from './check-all.ts';

/** P7: attempts, copies and memory have their limits. */
export const bounded: Checker = ({ world: { history, store, server } }) => {
  const violations: string[] = [];
  for (const { id } of server.tasks) {
    const claims = store.list(`executions/${id}/claim-`).length;
    if (claims > limits.dispatchAttempts) violations.push(`task ${id} was dispatched ${claims} times`);
  }
  const seen = history.peaks.get('ids in a poller') ?? 0;
  if (seen > server.tasks.length)
    violations.push(`a poller remembered ${seen} ids of ${server.tasks.length} tasks`);
  return violations;
};
