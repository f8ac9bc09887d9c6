import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';

/** What AWS itself measures of the agent's parts. */

/** How old the oldest message of a queue is, in seconds; the one that somebody works on counts too. */
export function oldestMessage(queue: IQueue): Metric {
  return queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: Duration.minutes(1) });
}

/**
 * How many messages were taken out of a queue. Of a dead-letter queue that is the measure to watch: the reporter takes
 * its messages at once, so that they are hardly ever visible, and SQS counts none that a queue has moved as sent.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
export function receivedMessages(queue: IQueue): Metric {
  return queue.metricNumberOfMessagesReceived({ statistic: 'Sum', period: Duration.minutes(5) });
}

/** Invocations of a function that failed, or for which Lambda had no room. */
export function failuresOf(name: 'Errors' | 'Throttles', of: IFunction, minutes: number): Metric {
  const options = { statistic: 'Sum', period: Duration.minutes(minutes) };
  return name === 'Errors' ? of.metricErrors(options) : of.metricThrottles(options);
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/monitoring-fargate-usage.html */
export const fargateVcpus = new Metric({
  namespace: 'AWS/Usage',
  metricName: 'ResourceCount',
  dimensionsMap: { Service: 'Fargate', Type: 'Resource', Resource: 'vCPU', Class: 'Standard/OnDemand' },
  statistic: 'Maximum',
  period: Duration.minutes(5),
});

export function fargateQuotaPercent(): IMetric {
  return new MathExpression({
    expression: '100 * used / SERVICE_QUOTA(used)',
    usingMetrics: { used: fargateVcpus },
    label: '% of the quota of vCPUs',
    period: Duration.minutes(5),
  });
}
