import * as z from 'zod/mini';
import type { ExecutionId } from '../../core/execution.ts';
import { parseQueueMessage } from './queue-message.ts';

/** A message as Lambda hands it over. */
export interface ReceivedMessage {
  queueArn: string;
  executionId: ExecutionId;
}

const sqsEvent = z.object({
  Records: z
    .array(z.object({ eventSource: z.literal('aws:sqs'), eventSourceARN: z.string(), body: z.string() }))
    .check(z.minLength(1)),
});

/**
 * The messages of an event of SQS; undefined when it is another event.
 * @throws AgentError `queue-failed` for a message that is none of ours.
 */
export function receivedMessages(event: unknown): ReceivedMessage[] | undefined {
  const parsed = sqsEvent.safeParse(event);
  return parsed.data?.Records.map(({ eventSourceARN, body }) => ({
    queueArn: eventSourceARN,
    executionId: parseQueueMessage(body),
  }));
}
