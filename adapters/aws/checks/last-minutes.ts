import { type CloudWatchClient, GetMetricDataCommand, type Metric } from '@aws-sdk/client-cloudwatch';
import type { Clock } from '../../../core/ports.ts';
import { ask } from './look.ts';

/** A metric, and what is made of its values in the time: their sum or the highest. */
export type Measured = Metric & { Stat: 'Sum' | 'Maximum' };

/** What each metric came to in the last minutes, in their order; undefined where nothing was measured. */
export async function lastMinutes(
  cloudWatch: CloudWatchClient,
  clock: Clock,
  minutes: number,
  metrics: readonly Measured[],
): Promise<(number | undefined)[]> {
  const command = new GetMetricDataCommand({
    StartTime: new Date(clock.now() - minutes * 60_000),
    EndTime: new Date(clock.now()),
    MetricDataQueries: metrics.map(({ Stat, ...Metric }, index) => ({
      Id: `m${index}`,
      MetricStat: { Metric, Stat, Period: 60 },
    })),
  });
  const { MetricDataResults = [] } = await ask(
    'cloudwatch:GetMetricData',
    'the metrics',
    cloudWatch.send(command),
  );
  return metrics.map(({ Stat }, index) => {
    const values = MetricDataResults.find(({ Id }) => Id === `m${index}`)?.Values ?? [];
    if (values.length === 0) return undefined;
    return Stat === 'Sum' ? values.reduce((sum, value) => sum + value, 0) : Math.max(...values);
  });
}
