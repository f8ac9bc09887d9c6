import { Metrics } from '@aws-lambda-powertools/metrics';
import { describe, expect, it, vi } from 'vitest';
import { measuredLog } from '../../../adapters/aws/event-metrics.ts';
import { powertoolsMeter } from '../../../adapters/aws/meter.ts';
import { metricNamespace, metrics } from '../../../adapters/aws/metric-names.ts';
import { silentLog } from '../../../core/log.ts';

interface Line {
  _aws: { CloudWatchMetrics: [{ Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }] };
  [name: string]: unknown;
}

function measuring() {
  const meter = powertoolsMeter(new Metrics({ namespace: metricNamespace, serviceName: 'prod' }));
  const lines = (): Line[] => {
    const written: string[] = [];
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      written.push(String(chunk));
      return true;
    });
    meter.publish();
    write.mockRestore();
    return written
      .join('')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  };
  return { meter, lines, log: measuredLog(silentLog, meter) };
}

const dimensionsOf = (line: Line | undefined) => line?._aws.CloudWatchMetrics[0].Dimensions;

describe('the metrics of an invocation', () => {
  it('are one line for all that have their dimensions in common, with counts added up', () => {
    const { meter, lines } = measuring();
    for (const milliseconds of [20, 30, 40]) {
      meter.add('Heartbeats');
      meter.add('ApiMilliseconds', milliseconds);
    }
    const [line, ...more] = lines();
    expect(more).toEqual([]);
    expect(line).toMatchObject({ service: 'prod', Heartbeats: 3, ApiMilliseconds: [20, 30, 40] });
    expect(dimensionsOf(line)).toEqual([['service']]);
    expect(lines()).toEqual([]);
  });

  it('are there for the whole agent and for each value of their detail', () => {
    const { log, lines } = measuring();
    log.info('result.reported', { taskId: '7', status: 'success', reason: 'exited' });
    log.info('result.reported', { taskId: '8', status: 'failure', reason: 'exited' });
    log.info('result.reported', { taskId: '9', status: 'failure', reason: 'lost' });
    expect(lines().map((line) => [line.reason, line.ResultsReported, dimensionsOf(line)])).toEqual([
      ['exited', 2, [['service'], ['service', 'reason']]],
      ['lost', 1, [['service'], ['service', 'reason']]],
    ]);
  });

  it('count the findings of an output, without saying what was found', () => {
    const { log, lines } = measuring();
    log.info('output.redacted', { taskId: '7', bytes: 1200, EMAIL_ADDRESS: 2, IBAN_CODE: 1 });
    const [line] = lines();
    expect(line).toMatchObject({ OutputsRedacted: 1, OutputBytes: 1200, Findings: 3 });
    expect(line).not.toHaveProperty('EMAIL_ADDRESS');
  });

  it('say how long each state took, and nothing of what is not known', () => {
    const { log, lines } = measuring();
    log.info('task.locked', { taskId: '7', waitedMilliseconds: 400 });
    log.info('result.reported', { taskId: '7', reason: 'lost', started: false, reportMilliseconds: -3 });
    log.info('container.stopped', { taskId: '7', pullMilliseconds: 9000, dollars: 0.002 });
    const [whole, ofReason] = lines();
    expect(whole).toMatchObject({
      ...{ TasksLocked: 1, ReceivedToLockedMilliseconds: 400, StartsFailed: 1 },
      ...{ ImagePullMilliseconds: 9000, CostDollars: 0.002 },
    });
    expect(whole).not.toHaveProperty('EndedToReportedMilliseconds');
    expect(ofReason).toMatchObject({ reason: 'lost', ResultsReported: 1 });
  });

  it('tell a message that comes back from one that failed for good', () => {
    const { log, lines } = measuring();
    log.error('message.failed', { taskId: '7', code: 'ledger-failed', retryable: true });
    log.error('message.failed', { taskId: '7', code: 'config-invalid', retryable: false });
    expect(lines()).toMatchObject([
      { MessagesRetried: 1, code: 'ledger-failed' },
      { MessagesFailed: 1, code: 'config-invalid' },
    ]);
  });

  it('never have a dimension whose values nobody can count', () => {
    const { log, lines } = measuring();
    const fields = { taskId: 'task-4711', target: 'billing-db', cause: 'secret', bytes: 1, retryable: true };
    const details = { code: 'no table customers', outcome: 'refused', reason: 'exited', type: '4711' };
    const events = [
      ...(['poll.failed', 'task.received', 'task.locked', 'task.refused', 'task.rejected'] as const),
      ...(['execution.launched', 'execution.lost', 'execution.killed', 'output.redacted'] as const),
      ...(['output.withheld', 'upload.failed', 'result.reported', 'report.refused'] as const),
      ...(['message.failed', 'message.died', 'registration.failed'] as const),
    ];
    for (const event of events) log.info(event, { ...fields, ...details });
    const written = lines();
    const known = new Set(['service', ...Object.values(metrics).map(({ by }) => by)]);
    for (const line of written)
      expect(known).toEqual(new Set([...known, ...(dimensionsOf(line)?.flat() ?? [])]));
    expect(JSON.stringify(written)).not.toMatch(/4711|billing|customers|secret/);
    const names = written.flatMap((line) => line._aws.CloudWatchMetrics[0].Metrics.map(({ Name }) => Name));
    expect(names.filter((name) => !Object.hasOwn(metrics, name))).toEqual([]);
  });
});
