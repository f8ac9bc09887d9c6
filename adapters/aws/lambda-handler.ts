import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { Log } from '../../core/log.ts';
import { measuredLog } from './event-metrics.ts';
import { type Meter, powertoolsMeter } from './meter.ts';
import { metricNamespace } from './metric-names.ts';
import { powertoolsLog } from './powertools-log.ts';

export interface Observed {
  log: Log;
  meter: Meter;
  /**
   * Makes a handler of Lambda: the lines of its log name their request, and its metrics are written when it ends,
   * however it ends. The event itself is never logged: it may name what is secret.
   */
  handler<Answer = void>(handle: Handle<Answer>): Handle<Answer>;
}

export type Handle<Answer = void> = (event: unknown, context: Context) => Promise<Answer>;

/** What a function writes about itself. `agentName` is the `service` of its log and metrics. */
export function observe(agentName: string): Observed {
  const logger = new Logger({ serviceName: agentName });
  const meter = powertoolsMeter(new Metrics({ namespace: metricNamespace, serviceName: agentName }));
  const publish = () => meter.publish();
  return {
    log: measuredLog(powertoolsLog(logger), meter),
    meter,
    handler: <Answer>(handle: Handle<Answer>) =>
      middy<unknown, Answer>(handle).use({
        before: ({ context }) => logger.addContext(context),
        after: publish,
        onError: publish,
      }),
  };
}
