import { describe, expect, it } from 'vitest';
import type { LogEvent, LogFields } from '../../core/log.ts';
import { report } from '../../functions/reporter/report.ts';
import { takeEvent } from '../../functions/reporter/take-event.ts';
import { bashTask, memoryAgent, receive, runTo } from './memory-agent.ts';

const reports = 'arn:aws:sqs:eu-west-1:111122223333:reports.fifo';
const dead = 'arn:aws:sqs:eu-west-1:111122223333:dispatches-dead.fifo';

const message = (arn: string) => ({
  Records: [{ eventSource: 'aws:sqs', eventSourceARN: arn, body: '{"executionId":"7"}' }],
});
const objectCreated = (key: string) => ({
  source: 'aws.s3',
  'detail-type': 'Object Created',
  detail: { bucket: { name: 'ledger' }, object: { key, size: 1 }, reason: 'PutObject' },
});
const stopped = (detail = {}) => ({
  source: 'aws.ecs',
  'detail-type': 'ECS Task State Change',
  detail: { lastStatus: 'STOPPED', startedBy: '7', group: 'runops:prod', version: 5, ...detail },
});
const minute = { source: 'aws.scheduler', 'detail-type': 'Scheduled Event', detail: '{}' };

async function reporter() {
  const agent = memoryAgent();
  const events: [LogEvent, LogFields][] = [];
  const log = {
    info: (event: LogEvent, fields: LogFields = {}) => void events.push([event, fields]),
    error: (event: LogEvent, fields: LogFields = {}) => void events.push([event, fields]),
  };
  const deps = {
    ...{ ...agent, log, reportsQueueArn: reports, group: 'runops:prod' },
    prices: { vcpuHour: 0.04, gigabyteHour: 0.004, addressHour: 0.005 },
    report: (id: string) => report(agent, id),
  };
  await receive(agent, bashTask);
  return { agent, events, wake: (event: unknown) => takeEvent(deps, event) };
}

describe('the reporter', () => {
  it('says what a container cost that has stopped', async () => {
    const { events, wake } = await reporter();
    const times = { pullStartedAt: '2026-01-01T00:00:00Z', stoppedAt: '2026-01-01T01:00:00Z' };
    await wake(stopped({ cpu: '1024', memory: '1024', ...times }));
    expect(events).toContainEqual([
      ...['container.stopped', { taskId: '7', billedSeconds: 3600, dollars: expect.closeTo(0.049, 10) }],
    ]);
  });

  it('reports what a message of its queue names', async () => {
    const { agent, wake } = await reporter();
    await runTo(agent, {});
    await wake(message(reports));
    expect(agent.controlPlane.reports).toMatchObject([{ id: 7, status: 'success' }]);
  });

  it('looks after what a message of a dead-letter queue names, and says that it died', async () => {
    const { agent, events, wake } = await reporter();
    await runTo(agent, {});
    await wake(message(dead));
    expect(agent.controlPlane.reports).toEqual([]);
    expect(agent.reports.sent).toEqual(['7']);
    expect(events).toContainEqual(['message.died', { taskId: '7', queue: 'dispatches-dead.fifo' }]);
  });

  it('has a result reported as soon as it is stored', async () => {
    const { agent, wake } = await reporter();
    await wake(objectCreated('work/7/result'));
    expect(agent.reports.sent).toEqual(['7']);
  });

  it('looks after an execution whose container has stopped', async () => {
    const { agent, wake } = await reporter();
    await agent.ledger.create('7', 'started', { by: 'runner', launchId: 'gone', startedAt: 0 });
    agent.launcher.inspect = async () => ({ running: false, cause: 'its container was stopped' });
    await wake(stopped());
    expect(await agent.ledger.read('7', 'result')).toMatchObject({ reason: 'lost' });
    expect(agent.reports.sent).toEqual(['7']);
  });

  it('looks after all that is open each minute', async () => {
    const { agent, wake } = await reporter();
    await runTo(agent, {});
    await wake(minute);
    expect(agent.reports.sent).toEqual(['7']);
  });

  it.each([
    ['a container of another agent', stopped({ group: 'runops:test' })],
    ['a container of a service', stopped({ group: 'service:web', startedBy: 'ecs-svc/1234' })],
    ['a container without a starter', stopped({ startedBy: undefined })],
    ['a container that runs', stopped({ lastStatus: 'RUNNING' })],
    ['another object', objectCreated('work/7/spec')],
    ['an object whose name is no execution', objectCreated('work/../../7/result')],
  ])('passes over %s', async (_, event) => {
    const { agent, wake } = await reporter();
    await runTo(agent, {});
    await wake(event);
    expect(agent.reports.sent).toEqual([]);
    expect(agent.dispatches.sent).toEqual([]);
  });

  it.each([[{}], [null], ['text'], [{ source: 'aws.ec2', 'detail-type': 'EC2 Instance State-change' }]])(
    'refuses an event that it does not know: %j',
    async (event) => {
      const { wake } = await reporter();
      await expect(wake(event)).rejects.toThrow(/invoked with an event that is none of/);
    },
  );

  it('leaves a message whose work failed in its queue', async () => {
    const { agent, events, wake } = await reporter();
    await runTo(agent, {});
    agent.ledger.read = async () => {
      throw new Error('S3 is away');
    };
    await expect(wake(message(reports))).rejects.toThrow('S3 is away');
    expect(events).toMatchObject([['message.failed', { taskId: '7', code: 'unexpected' }]]);
  });
});
