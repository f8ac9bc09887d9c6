import { expect, it } from 'vitest';
import type { ExecutionId } from '../../core/execution.ts';
import type { Queue } from '../../core/ports.ts';

/** What every queue promises. `received` are the executions that were handed out so far, or wait for it. */
export function queueSuite(open: () => { queue: Queue; received: () => Promise<readonly ExecutionId[]> }) {
  it('hands out each execution that was sent', async () => {
    const { queue, received } = open();
    const ids = ['1', '22', 'task-3', 'a.b_c'];
    await Promise.all(ids.map((id) => queue.send(id)));
    await expect.poll(async () => new Set(await received()), { timeout: 10_000 }).toEqual(new Set(ids));
  });

  it('hands out an execution at least once that was sent twice', async () => {
    const { queue, received } = open();
    await queue.send('twice');
    await queue.send('twice');
    await expect.poll(received, { timeout: 10_000 }).toContain('twice');
  });
}
