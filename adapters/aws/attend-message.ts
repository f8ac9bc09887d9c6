import { AgentError } from '../../core/errors.ts';
import type { ExecutionId } from '../../core/execution.ts';
import type { Log } from '../../core/log.ts';

/**
 * Does the work of one message. What it throws is logged and thrown on, so that the message comes back after its
 * visibility timeout, and at last in its dead-letter queue. What is permanent for the task is no error here: it has
 * become a result.
 */
export async function attendMessage(log: Log, id: ExecutionId, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    log.error('message.failed', { taskId: id, ...describe(thrown) });
    throw thrown;
  }
}

/** The words of an error that is not ours could quote anything, so its kind has to do. */
function describe(thrown: unknown) {
  if (thrown instanceof AgentError) {
    return { code: thrown.code, retryable: thrown.retryable, cause: thrown.message };
  }
  return {
    code: 'unexpected',
    retryable: false,
    cause: thrown instanceof Error ? thrown.name : typeof thrown,
  };
}
