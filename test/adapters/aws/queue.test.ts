import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { sqsQueue } from '../../../adapters/aws/queue.ts';
import { parseQueueMessage } from '../../../adapters/aws/queue-message.ts';
import { AgentError } from '../../../core/errors.ts';
import { sdkError } from './sdk-error.ts';

const url = 'https://sqs.eu-central-1.amazonaws.com/111122223333/dispatches.fifo';
const queue = () => sqsQueue(new SQSClient({ region: 'eu-central-1' }), url);

describe('sending to SQS', () => {
  it('groups the messages by execution and drops repetitions', async () => {
    const sqs = mockClient(SQSClient).on(SendMessageCommand).resolves({});
    await queue().send('7');
    expect(sqs.commandCalls(SendMessageCommand)[0]?.args[0].input).toEqual({
      QueueUrl: url,
      MessageBody: '{"executionId":"7"}',
      MessageGroupId: '7',
      MessageDeduplicationId: '7',
    });
  });

  it('says which permission is missing on which queue', async () => {
    mockClient(SQSClient).on(SendMessageCommand).rejects(sdkError('AccessDeniedException', 403));
    await expect(queue().send('7')).rejects.toMatchObject({
      code: 'queue-failed',
      retryable: true,
      message: expect.stringContaining(`sqs:SendMessage on the queue ${url} was denied`),
    });
  });

  it('says when the queue does not exist', async () => {
    mockClient(SQSClient).on(SendMessageCommand).rejects(sdkError('QueueDoesNotExist', 400));
    const message = expect.stringContaining(`the queue ${url} does not exist`);
    await expect(queue().send('7')).rejects.toMatchObject({ code: 'queue-failed', message });
  });
});

describe('a message of the queue', () => {
  it('names its execution, whatever else it has', () => {
    expect(parseQueueMessage('{"executionId":"task-7","later":true}')).toBe('task-7');
  });

  it.each(['', 'hello', 'null', '[]', '{}', '{"executionId":7}', '{"executionId":""}', '{"executionId":"7"'])(
    'is refused when it is %j, and not quoted',
    (body) => {
      expect(() => parseQueueMessage(body)).toThrowError(AgentError);
      expect(() => parseQueueMessage(`${body}planted`)).toThrowError(/^(?!.*planted).*only the agent send/);
    },
  );
});
