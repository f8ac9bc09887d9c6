import { expect, it } from 'vitest';
import { controlPlaneByToken } from '../../adapters/aws/control-plane.ts';
import { measuredControlPlane } from '../../adapters/aws/measured-control-plane.ts';
import type { LogEvent, LogFields } from '../../core/log.ts';
import { dispatch } from '../../functions/dispatcher/dispatch.ts';
import { poll } from '../../functions/poller/poll.ts';
import { registeringFirst } from '../../functions/reporter/registering-first.ts';
import { report } from '../../functions/reporter/report.ts';
import { connectedClient } from '../support/runops-client.ts';
import { bashTask, memoryAgent, runTo, stdout } from './memory-agent.ts';

const theirTrace = '4efaaf4d1e8720b39541901950019ee5';
const theirSpan = '53995c3f42cd8ad8';
const description = {
  version: '1',
  hostname: 'h',
  jwkVerify: false,
  capabilities: ['bash'],
  instance: 'one',
};

/** An execution from the poll to the report, over sockets and all that is between a function and the client. */
async function executed(fields: object) {
  const { api, client } = await connectedClient({ registration: { webhook_extensions: false } });
  const agent = memoryAgent();
  const events = new Map<LogEvent, LogFields>();
  const take = (event: LogEvent, logged: LogFields = {}) => void events.set(event, logged);
  const log = { info: take, error: take };
  const meter = { add() {}, publish() {} };
  const measured = measuredControlPlane(client, meter, agent.clock);
  const controlPlane = controlPlaneByToken(
    async () => 'token',
    () => registeringFirst(measured, { description, clock: agent.clock, log }),
  );
  const deps = { ...agent, controlPlane, log };
  api.addTask({ ...bashTask, ...fields });
  await poll(deps);
  await agent.clock.advance(1_000);
  await dispatch(deps, '7');
  await runTo(agent, {}, [stdout('hello\n')]);
  await report(deps, '7');
  const headerOf = (route: string) =>
    String(api.requests.find((request) => request.route === route)?.headers.traceparent);
  return { api, events, headerOf };
}

it.each([
  ['traceparent', { traceparent: `00-${theirTrace}-${theirSpan}-01` }],
  ['B3', { 'x-b3-trace-id': theirTrace, 'x-b3-parent-span-id': theirSpan }],
])('the trace that the API sent as %s is in the headers of the lock and the report', async (_, fields) => {
  const { headerOf } = await executed(fields);
  const [lock, webhook] = [headerOf('lock'), headerOf('webhook')];
  for (const header of [lock, webhook])
    expect(header).toMatch(new RegExp(`^00-${theirTrace}-[0-9a-f]{16}-01$`));
  expect(lock).not.toBe(webhook);
});

it('an API that sends none gets one of ours, the same at the lock and the report', async () => {
  const { headerOf } = await executed({ x_b3_trace_id: 'abc\r\nX-Evil: 1' });
  const [, first, lockSpan] = headerOf('lock').split('-');
  const [, second, reportSpan] = headerOf('webhook').split('-');
  expect(first).toMatch(/^[0-9a-f]{32}$/);
  expect(second).toBe(first);
  expect(reportSpan).not.toBe(lockSpan);
});

it('is on the lines of the log from the poll to the report', async () => {
  const { events } = await executed({ x_b3_trace_id: theirTrace });
  for (const event of ['task.received', 'task.locked', 'execution.launched', 'result.reported'] as const) {
    expect(events.get(event)).toMatchObject({ taskId: '7', traceId: theirTrace });
  }
});

it('changes nothing else on the wire: seven keys, and no header on any other call', async () => {
  const { api } = await executed({ x_b3_trace_id: theirTrace });
  expect(Object.keys(await api.resultOf(7)).toSorted()).toEqual(
    ['id', 'status', 'logs', 'uploaded', 'redacted', 'elapsed-time-ms', 'log-size'].toSorted(),
  );
  const traced = api.requests.filter(({ headers }) => headers.traceparent).map(({ route }) => route);
  expect(traced).toEqual(['lock', 'webhook']);
  expect(api.requests.map(({ route }) => route)).toContain('upload');
});
