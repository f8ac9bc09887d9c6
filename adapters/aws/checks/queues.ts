import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type Finding, ill, well } from '../../../core/finding.ts';
import type { Clock } from '../../../core/ports.ts';
import { lastMinutes } from './last-minutes.ts';
import { ask, looking } from './look.ts';

/** The queues by their URLs, each kind in the order dispatches, kills, reports. */
export interface QueuesToLookAt {
  queues: readonly string[];
  deadQueues: readonly string[];
}

const minutes = 10;

/** How long a message may wait: a task or a kill five minutes, a report as long as a large output takes. */
const secondsMax = [300, 300, 1200];

/** How long the oldest messages wait. */
export function waitingMessages(
  { cloudWatch, clock }: { cloudWatch: CloudWatchClient; clock: Clock },
  { queues }: QueuesToLookAt,
): Promise<Finding[]> {
  const check = 'queues';
  return looking(check, async () => {
    const ages = await lastMinutes(
      cloudWatch,
      clock,
      minutes,
      queues.map((url) => ({
        Namespace: 'AWS/SQS',
        MetricName: 'ApproximateAgeOfOldestMessage',
        Dimensions: [{ Name: 'QueueName', Value: nameOf(url) }],
        Stat: 'Maximum',
      })),
    );
    const bad = queues.flatMap((url, index) => {
      const seconds = ages[index] ?? 0;
      if (seconds <= (secondsMax[index] ?? 0)) return [];
      return [
        ill(
          check,
          `The oldest message of ${nameOf(url)} has waited for ${seconds} s.`,
          'Look at the log of the function that takes them: docs/operations.md, the alarms "…-waiting".',
        ),
      ];
    });
    const oldest = Math.max(0, ...ages.map((age) => age ?? 0));
    return bad.length > 0
      ? bad
      : [well(check, `The oldest message of the last ${minutes} minutes waited ${oldest} s.`)];
  });
}

/** Whether messages have died. The reporter takes them out as soon as it can. */
export function deadMessages(sqs: SQSClient, { deadQueues }: QueuesToLookAt): Promise<Finding[]> {
  const check = 'dead-letter queues';
  return looking(check, async () => {
    const counts = await Promise.all(deadQueues.map((url) => countIn(sqs, url)));
    const bad = deadQueues.flatMap((url, index) => {
      const count = counts[index] ?? 0;
      if (count === 0) return [];
      return [
        ill(
          check,
          `${nameOf(url)} holds ${count} ${count === 1 ? 'message' : 'messages'}.`,
          'The reporter tries them again by itself; if they stay, see docs/operations.md, the alarms "dead-…".',
        ),
      ];
    });
    return bad.length > 0 ? bad : [well(check, `All ${deadQueues.length} are empty.`)];
  });
}

const counted = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;

async function countIn(sqs: SQSClient, url: string): Promise<number> {
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...counted] });
  const { Attributes } = await ask('sqs:GetQueueAttributes', `the queue ${nameOf(url)}`, sqs.send(command));
  return counted.reduce((sum, name) => sum + Number(Attributes?.[name] ?? 0), 0);
}

function nameOf(url: string): string {
  return url.split('/').at(-1) ?? url;
}
