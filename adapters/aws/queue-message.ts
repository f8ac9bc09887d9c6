import * as z from 'zod/mini';
import { AgentError } from '../../core/errors.ts';
import type { ExecutionId } from '../../core/execution.ts';

const message = z.object({ executionId: z.string().check(z.minLength(1)) });

export function queueMessage(executionId: ExecutionId): string {
  return JSON.stringify({ executionId } satisfies z.infer<typeof message>);
}

/** @throws AgentError `queue-failed` for anything but `{"executionId": "…"}`. */
export function parseQueueMessage(body: string): ExecutionId {
  const parsed = message.safeParse(jsonOf(body));
  if (parsed.success) return parsed.data.executionId;
  throw new AgentError(
    'queue-failed',
    `A message of ${body.length} characters is not {"executionId": "…"}. Let only the agent send to its queues.`,
  );
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
