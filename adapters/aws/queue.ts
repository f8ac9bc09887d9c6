import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { AgentError } from '../../core/errors.ts';
import type { Queue } from '../../core/ports.ts';
import { explainAwsFailure } from './aws-failure.ts';
import { queueMessage } from './queue-message.ts';

/** A FIFO queue of SQS: messages of one execution are handed out one at a time, and repetitions are dropped. */
export function sqsQueue(sqs: SQSClient, url: string): Queue {
  return {
    async send(id) {
      const input = { QueueUrl: url, MessageBody: queueMessage(id) };
      try {
        await sqs.send(new SendMessageCommand({ ...input, MessageGroupId: id, MessageDeduplicationId: id }));
      } catch (cause) {
        const call = { action: 'sqs:SendMessage', resource: `the queue ${url}` };
        const text = `The message could not be sent. ${explainAwsFailure(cause, call)}`;
        throw new AgentError('queue-failed', text, { retryable: true, cause });
      }
    },
  };
}
