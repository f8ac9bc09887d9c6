import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { sqsQueue } from '../../adapters/aws/queue.ts';
import { parseQueueMessage } from '../../adapters/aws/queue-message.ts';
import { localQueue } from '../../adapters/local/queue.ts';
import { memoryQueue } from '../../adapters/memory/queue.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import type { ExecutionId } from '../../core/execution.ts';
import { jsonLog } from '../../core/log.ts';
import { type Emulator, emulatorMissing, startEmulator } from '../support/emulator.ts';
import { queueSuite } from './queue-suite.ts';

describe('a queue in memory', () => {
  queueSuite(() => {
    const queue = memoryQueue();
    return { queue, received: async () => queue.sent };
  });
});

describe('a queue on one machine', () => {
  queueSuite(() => {
    const queue = localQueue({ concurrency: 2, clock: systemClock, log: jsonLog(() => {}, systemClock.now) });
    const received: ExecutionId[] = [];
    queue.consume(async (id) => {
      received.push(id);
    });
    return { queue, received: async () => received };
  });
});

if (emulatorMissing) console.warn(`The contract of the queue in SQS is left out. ${emulatorMissing}`);

describe.skipIf(emulatorMissing)('a queue in SQS', () => {
  let emulator: Emulator | undefined;
  let sqs: SQSClient;
  let url: string;
  let count = 0;

  beforeAll(async () => {
    emulator = await startEmulator();
    sqs = new SQSClient(emulator.clientOptions);
  });
  afterAll(() => emulator?.close());
  beforeEach(async () => {
    const input = { QueueName: `queue-${++count}.fifo`, Attributes: { FifoQueue: 'true' } };
    url = (await sqs.send(new CreateQueueCommand(input))).QueueUrl ?? '';
  });

  queueSuite(() => {
    const all: ExecutionId[] = [];
    const received = async () => {
      const { Messages } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }),
      );
      for (const { Body, ReceiptHandle } of Messages ?? []) {
        all.push(parseQueueMessage(Body ?? ''));
        await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
      }
      return all;
    };
    return { queue: sqsQueue(sqs, url), received };
  });
});
