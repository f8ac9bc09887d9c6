import type { TaskAnswer } from './answers.ts';

/** Whether a task runs by itself, has ended, or waits for somebody. */
export function stateOf(status: string | null): 'running' | 'ended' | 'waiting' {
  if (status === 'success' || status === 'failure' || status === 'rejected') return 'ended';
  return status === 'pending-review' || status === 'approved' ? 'waiting' : 'running';
}

/** What somebody who stops waiting should know. */
export function goesOn(id: TaskAnswer['id']): string {
  return `Task ${id} goes on. Its log: runops tasks logs ${id} --follow. To stop it: runops tasks kill ${id}`;
}
