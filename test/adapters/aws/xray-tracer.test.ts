import { describe, expect, it } from 'vitest';
import { xrayTracer } from '../../../adapters/aws/xray-tracer.ts';
import { systemClock } from '../../../adapters/system-clock.ts';
import type { LogFields } from '../../../core/log.ts';
import { traceOf } from '../../../core/trace.ts';
import { dispatch } from '../../../functions/dispatcher/dispatch.ts';
import { report } from '../../../functions/reporter/report.ts';
import { bashTask, memoryAgent, receive, runTo, stderr, stdout } from '../../functions/memory-agent.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { type FakeXray, startFakeXray, xrayRegion } from '../../support/fake-xray.ts';
import { parseSegment, partsOf } from '../../support/xray-segment.ts';

const theirTrace = '4efaaf4d1e8720b39541901950019ee5';
const theirSpan = '53995c3f42cd8ad8';
const target = 'orders in São Paulo';

/** All that nobody may find in a trace. */
const canaries = [
  'canary-script',
  'canary-secret',
  'canary@example.com',
  'canary-group',
  'canary-token',
  'canary-text',
];
const task = {
  ...{ ...bashTask, target, script: 'echo canary-script', description: 'canary-text' },
  ...{ user_email: 'canary@example.com', user_groups: 'canary-group', token: 'canary-token' },
  ...{ config: '{"PASSWORD":"canary-secret"}' },
};

function tracerTo(xray: FakeXray, given: Partial<Parameters<typeof xrayTracer>[0]> = {}) {
  const failures: LogFields[] = [];
  const log = { info() {}, error: (_: string, fields: LogFields = {}) => void failures.push(fields) };
  const credentials = async () => xray.credentials;
  const settings = {
    url: xray.url,
    region: xrayRegion,
    agentName: 'runops "prod" <1>',
    credentials,
    fetch,
    log,
  };
  return { tracer: xrayTracer({ ...settings, clock: systemClock, ...given }), failures };
}

/** An execution that is reported with a tracer, and what came to X-Ray of it. */
async function traced(fields: object = {}, end: Parameters<typeof runTo>[1] = {}) {
  const xray = await startFakeXray();
  const { tracer, failures } = tracerTo(xray);
  const agent = { ...memoryAgent(), tracer };
  await receive(agent, { ...task, ...fields });
  await agent.clock.advance(1_500);
  await dispatch(agent, '7');
  await agent.clock.advance(20_000);
  const startedAt = agent.clock.now();
  await agent.clock.advance(5_000);
  await runTo(agent, { startedAt, ...end }, [stdout('canary-text\n'), stderr('canary@example.com\n')]);
  await agent.clock.advance(700);
  await report(agent, '7');
  return { xray, agent, failures };
}

describe('X-Ray', () => {
  it('gets one segment for an execution, signed, in its own format, with a part for each phase', async () => {
    const { xray, failures } = await traced();
    expect(xray.refused).toEqual([]);
    expect(failures).toEqual([]);
    expect(xray.documents).toHaveLength(1);
    const segment = parseSegment(String(xray.documents[0]));
    expect(segment).toMatchObject({
      name: 'runops _prod_ _1_',
      annotations: { taskId: '7', type: 'bash', target, reason: 'exited' },
    });
    expect(segment.end_time - segment.start_time).toBeCloseTo(27.2, 3);
    expect(segment.start_time).toBe(Date.UTC(2026, 0, 1) / 1000);
    expect(partsOf(segment).map((part) => part.name)).toEqual([
      ...['runops _prod_ _1_', 'queue', 'decision', 'launch', 'command', 'report', 'redaction'],
    ]);
    expect(partsOf(segment).filter((part) => part.error || part.fault)).toEqual([]);
  });

  it('gets it in the trace of the API, below the span that asked', async () => {
    const { xray } = await traced({ traceparent: `00-${theirTrace}-${theirSpan}-01` });
    expect(parseSegment(String(xray.documents[0]))).toMatchObject({
      trace_id: '1-4efaaf4d-1e8720b39541901950019ee5',
      parent_id: theirSpan,
    });
  });

  it('gets the flags of what went wrong', async () => {
    const { xray } = await traced({}, { reason: 'lost', exitCode: null, message: 'canary-text' });
    const segment = parseSegment(String(xray.documents[0]));
    expect(segment).toMatchObject({ fault: true, annotations: { reason: 'lost' } });
    expect(segment.subsegments.filter((part) => part.fault).map((part) => part.name)).toEqual(['command']);
  });

  it('gets no script, output, e-mail, group, description, token or secret', async () => {
    const { xray } = await traced();
    for (const canary of canaries) expect(xray.documents.join()).not.toContain(canary);
  });

  it('gets names of bounded length', async () => {
    const { xray } = await traced({ target: 'x'.repeat(100_000) });
    expect(parseSegment(String(xray.documents[0])).annotations.target).toBe('x'.repeat(200));
  });

  it('gets nothing of a request of which the API says that nobody records it', async () => {
    const { xray, agent } = await traced({ traceparent: `00-${theirTrace}-${theirSpan}-00` });
    expect(agent.controlPlane.reports).toHaveLength(1);
    expect(xray.documents).toEqual([]);
  });

  it('gets one trace, however often the report is repeated', async () => {
    const { xray, agent } = await traced();
    await report(agent, '7');
    expect(xray.documents).toHaveLength(1);
  });
});

describe('a trace that cannot be sent', () => {
  const execution = {
    trace: traceOf('7', { receivedAt: 0, input: {} }),
    root: { name: 'execution', startedAt: 0, endedAt: 1, outcome: 'ok', children: [] },
    labels: { taskId: '7' },
  } as const;

  it.each([
    ['is refused', 403, 'X-Ray answered 403'],
    ['is too much', 429, 'X-Ray answered 429'],
    ['is not taken', 'unprocessed', 'X-Ray did not take the segment (ParseError)'],
  ] as const)('is a line of the log and no error when it %s', async (_, answers, cause) => {
    const xray = await startFakeXray();
    xray.answers = answers;
    const { tracer, failures } = tracerTo(xray);
    await tracer.record(execution);
    expect(failures).toEqual([{ taskId: '7', cause }]);
    expect(xray.documents).toHaveLength(1);
  });

  it('is given up after half a second when there is no answer', async () => {
    const xray = await startFakeXray();
    xray.answers = 'hang';
    const clock = fakeClock();
    const { tracer, failures } = tracerTo(xray, { clock });
    const recorded = tracer.record(execution);
    await clock.asleep();
    await clock.advance(500);
    await recorded;
    expect(failures).toEqual([{ taskId: '7', cause: 'X-Ray gave no answer (timeout after 0.5 s)' }]);
  });

  it.each([
    ['nobody listens', { url: 'http://127.0.0.1:1' }, /gave no answer/],
    ['there are no credentials', { credentials: () => Promise.reject(new Error('none')) }, /none/],
  ])('harms nothing when %s', async (_, given, cause) => {
    const { tracer, failures } = tracerTo(await startFakeXray(), given);
    await tracer.record(execution);
    expect(failures).toEqual([{ taskId: '7', cause: expect.stringMatching(cause) }]);
  });
});
