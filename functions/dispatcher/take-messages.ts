import { attendMessage } from '../../adapters/aws/attend-message.ts';
import { receivedMessages } from '../../adapters/aws/sqs-event.ts';
import { AgentError } from '../../core/errors.ts';
import type { ExecutionId } from '../../core/execution.ts';
import type { Log } from '../../core/log.ts';

export interface TakeMessagesDependencies {
  /** What to do with the messages of each queue, by the ARN of the queue. */
  queues: ReadonlyMap<string, (id: ExecutionId) => Promise<void>>;
  log: Log;
}

/**
 * Hands each message to the use case of its queue. One after the other, though there should be one only.
 * @throws AgentError `queue-failed` for an event that is no message of these queues, and whatever the use case throws.
 */
export async function takeMessages({ queues, log }: TakeMessagesDependencies, event: unknown): Promise<void> {
  const messages = receivedMessages(event);
  if (!messages) throw new AgentError('queue-failed', notMessages);
  for (const { queueArn, executionId } of messages) {
    const take = queues.get(queueArn);
    if (!take) throw unknownQueue(queueArn, [...queues.keys()]);
    await attendMessage(log, executionId, () => take(executionId));
  }
}

const notMessages =
  'The dispatcher was invoked with something that is not a message of SQS. Let only its queues invoke it.';

function unknownQueue(arn: string, known: string[]): AgentError {
  const message =
    `A message came from the queue ${arn}; the dispatcher takes those of ${known.join(' and ')}. ` +
    'Let only these invoke it.';
  return new AgentError('queue-failed', message);
}
