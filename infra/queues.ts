import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** How long a function may work on one message; its queue hides the message a little longer than that. */
export const dispatchSeconds = 120;
export const reportSeconds = 900;
const hiddenLongerSeconds = 30;

/** How often a message is tried before it counts as dead. */
const receiveCountMax = 5;

/** A queue, and the one for its messages that have failed too often. */
export interface QueuePair {
  readonly queue: Queue;
  readonly dead: Queue;
}

/** Messages say only which execution to look at. Each execution is a group: nobody works on it twice at once. */
export class Queues extends Construct {
  readonly dispatches: QueuePair;
  readonly kills: QueuePair;
  readonly reports: QueuePair;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.dispatches = queuePair(this, 'Dispatches', dispatchSeconds);
    this.kills = queuePair(this, 'Kills', dispatchSeconds);
    this.reports = queuePair(this, 'Reports', reportSeconds);
  }
}

function queuePair(scope: Construct, id: string, workSeconds: number): QueuePair {
  // The reporter works on the dead messages, whichever queue they come from.
  const dead = fifoQueue(scope, `Dead${id}`, { workSeconds: reportSeconds, retentionDays: 14 });
  acknowledge(dead, 'It is where messages end: the reporter tries them until they are too old.', [
    'AwsSolutions-SQS3',
    'Serverless-SQSRedrivePolicy',
  ]);
  const queue = fifoQueue(scope, id, {
    workSeconds,
    retentionDays: 4,
    deadLetterQueue: { queue: dead, maxReceiveCount: receiveCountMax },
  });
  return { queue, dead };
}

function fifoQueue(
  scope: Construct,
  id: string,
  options: {
    workSeconds: number;
    retentionDays: number;
    deadLetterQueue?: { queue: Queue; maxReceiveCount: number };
  },
): Queue {
  const { workSeconds, retentionDays, ...rest } = options;
  return new Queue(scope, id, {
    fifo: true,
    visibilityTimeout: Duration.seconds(workSeconds + hiddenLongerSeconds),
    retentionPeriod: Duration.days(retentionDays),
    // Messages hold an id and nothing else, so the key of SQS is enough, and free.
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    ...rest,
  });
}
