import type { ExecutionId } from '../../core/execution.ts';
import type { Queue } from '../../core/ports.ts';

/** A queue that only remembers what was sent, for tests that hand on the messages themselves. */
export function memoryQueue(): Queue & { sent: ExecutionId[] } {
  const sent: ExecutionId[] = [];
  return {
    sent,
    async send(id) {
      sent.push(id);
    },
  };
}
