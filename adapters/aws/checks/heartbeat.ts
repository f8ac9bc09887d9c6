import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { type Finding, ill, well } from '../../../core/finding.ts';
import type { Clock } from '../../../core/ports.ts';
import { type MetricName, metricNamespace } from '../metric-names.ts';
import { lastMinutes } from './last-minutes.ts';
import { looking } from './look.ts';

const check = 'heartbeat';
const minutes = 10;

/** Whether the poller has got answers from the API of late. */
export function heartbeat(cloudWatch: CloudWatchClient, clock: Clock, agentName: string): Promise<Finding[]> {
  return looking(check, async () => {
    const name: MetricName = 'Heartbeats';
    const metric = {
      Namespace: metricNamespace,
      MetricName: name,
      Dimensions: [{ Name: 'service', Value: agentName }],
    };
    const [polls] = await lastMinutes(cloudWatch, clock, minutes, [{ ...metric, Stat: 'Sum' }]);
    if (polls) return [well(check, `The API answered ${polls} polls in the last ${minutes} minutes.`)];
    return [
      ill(
        check,
        `The poller got no answer from the API in the last ${minutes} minutes.`,
        'Look at the other findings, then at the log of the poller: docs/operations.md, heartbeat-missing.',
      ),
    ];
  });
}
