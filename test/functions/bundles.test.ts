import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { FakeRunopsApi, Route } from '../support/fake-runops-api.ts';
import { startFakeXray } from '../support/fake-xray.ts';
import { parseSegment } from '../support/xray-segment.ts';
import { builtBundles, deployment, message, queue, recordOf7, runBundle, task } from './run-bundle.ts';

const folder = builtBundles('one', 'other');
const run = (name: string, ...rest: DropFirst<Parameters<typeof runBundle>>) =>
  runBundle(join(folder, 'one/functions', name, 'index.mjs'), ...rest);

type DropFirst<T extends unknown[]> = T extends [unknown, ...infer Rest] ? Rest : never;

/** The id of the trace that the API was told in a call. */
const traceIn = (api: FakeRunopsApi, route: Route) =>
  api.requests
    .find((request) => request.route === route)
    ?.headers.traceparent?.toString()
    .split('-')[1];

describe('the bundles of the functions', () => {
  it('carry a task from the API to its container', async () => {
    const there = await deployment();
    const { aws, api } = there;
    api.addTask(task);
    const polled = await run('poller', there, {});
    expect(api.registrations).toMatchObject([{ version: '1.2.3', capabilities: ['bash', 'postgres'] }]);
    expect(aws.sent).toEqual([{ queueUrl: `${aws.url}/dispatches`, body: '{"executionId":"7"}' }]);
    expect(aws.objects.has('/ledger/open/7')).toBe(true);
    expect(polled.lines).toContainEqual(expect.objectContaining({ message: 'task.received', taskId: '7' }));
    expect(polled.lines).toContainEqual(expect.objectContaining({ service: 'prod', TasksReceived: 1 }));

    const dispatched = await run('dispatcher', there, message(queue('dispatches')));
    expect(api.statusOf(7)).toBe('running');
    expect(traceIn(api, 'lock')).toBe(polled.lines.find((line) => line.taskId === '7')?.traceId);
    expect(aws.launched).toMatchObject([
      { startedBy: '7', group: 'runops:prod', taskDefinition: 'arn:shell:1' },
    ]);
    expect(aws.events.map(({ EventBusName, Detail }) => [EventBusName, JSON.parse(Detail).id])).toEqual([
      ['prod-audit', '7/allow'],
    ]);
    expect([...aws.objects.keys()].filter((key) => key.startsWith('/audit/'))).toHaveLength(1);
    expect(dispatched.lines).toContainEqual(expect.objectContaining({ service: 'prod', TasksLocked: 1 }));
    expect(dispatched.lines).toContainEqual(expect.objectContaining({ type: 'bash', ExecutionsLaunched: 1 }));
    expect(polled.stdout + dispatched.stdout).not.toMatch(new RegExp(`secret-script|${api.token}`));
  }, 60_000);

  it('carry a result from the ledger to the API, and end what its user no longer wants', async () => {
    const there = await deployment();
    const { aws, api } = there;
    api.addTask(task);
    const put = (name: string, record: object) => aws.objects.set(recordOf7(name), JSON.stringify(record));
    put('task', { receivedAt: 1, input: task });
    put('lock', { lockedAt: 1, uploadUrl: null });

    await run('dispatcher', there, message(queue('kills')));
    expect(aws.sent).toEqual([{ queueUrl: `${aws.url}/reports`, body: '{"executionId":"7"}' }]);
    await run('reporter', there, message(queue('reports')));
    expect(await api.resultOf(7)).toMatchObject({ status: 'failure', reason: 'killed' });
    expect([...aws.objects.keys()].filter((key) => /^\/ledger\/(work|open)\//.test(key))).toEqual([]);
    expect(aws.objects.get('/logs/logs/7.log')).toContain('killed by its user');
    expect(aws.events.map(({ Detail }) => JSON.parse(Detail))).toMatchObject([
      { id: '7/end', reason: 'killed' },
    ]);
  }, 60_000);

  it('start nothing that the bus of the audit trail does not take', async () => {
    const there = await deployment();
    const { aws, api } = there;
    aws.refused.set('PutEvents', { status: 400, answer: { __type: 'AccessDeniedException' } });
    api.addTask(task);
    aws.objects.set(recordOf7('task'), JSON.stringify({ receivedAt: 1, input: task }));
    await expect(run('dispatcher', there, message(queue('dispatches')))).rejects.toThrow(
      /audit-failed|cannot be sent/,
    );
    expect(aws.launched).toEqual([]);
    expect(aws.objects.has(recordOf7('launching'))).toBe(false);
  }, 60_000);

  it('load what sends events apart from their start', () => {
    const start = readFileSync(join(folder, 'one/functions/dispatcher/index.mjs'), 'utf8');
    const parts = readdirSync(join(folder, 'one/functions/dispatcher/parts'));
    expect(start).not.toContain('AWSEvents');
    expect(parts.some((part) => part.startsWith('event-bridge-client'))).toBe(true);
  });

  it('ask the hooks of the deployment, and tell them', async () => {
    const there = await deployment();
    const { aws, api } = there;
    const variables = { RUNOPS_HOOKS: join(folder, 'hooks.mjs') };
    writeFileSync(
      variables.RUNOPS_HOOKS,
      `export const before = () => ({ script: 'echo another' });
      export const after = ({ script, logs }) => console.log(JSON.stringify({ script, logs }));`,
    );
    api.addTask(task);
    aws.objects.set(recordOf7('task'), JSON.stringify({ receivedAt: 1, input: task }));
    await run('dispatcher', there, message(queue('dispatches')), variables);
    expect(JSON.parse(String(aws.objects.get(recordOf7('spec'))))).toMatchObject({ script: 'echo another' });

    await run('dispatcher', there, message(queue('kills')));
    const { lines } = await run('reporter', there, message(queue('reports')), variables);
    const logs = expect.stringContaining('killed by its user');
    expect(lines).toContainEqual({ script: 'echo another', logs });
  }, 60_000);

  it('send the trace of an execution to X-Ray where that is wanted, and nowhere else', async () => {
    const xray = await startFakeXray();
    const { accessKeyId, secretAccessKey, sessionToken } = xray.credentials;
    const credentials = {
      AWS_ACCESS_KEY_ID: accessKeyId,
      ...{ AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken },
    };
    const killed = async (variables: Record<string, string>) => {
      const there = await deployment();
      there.api.addTask(task);
      const put = (name: string, record: object) =>
        there.aws.objects.set(recordOf7(name), JSON.stringify(record));
      put('task', { receivedAt: 1_000, input: task });
      put('lock', { lockedAt: 2_000, uploadUrl: null });
      await run('dispatcher', there, message(queue('kills')), { ...credentials, XRAY_URL: xray.url });
      const { lines } = await run('reporter', there, message(queue('reports')), {
        ...credentials,
        ...variables,
      });
      const reported = lines.find((line) => line.message === 'result.reported');
      expect(traceIn(there.api, 'webhook')).toBe(reported?.traceId);
      return { traceId: String(reported?.traceId), failed: lines.filter((line) => line.level === 'ERROR') };
    };
    expect((await killed({})).failed).toEqual([]);
    expect(xray.documents).toEqual([]);
    const { traceId, failed } = await killed({ XRAY_URL: xray.url });
    expect(failed).toEqual([]);
    expect(xray.refused).toEqual([]);
    const [segment] = xray.documents.map(parseSegment);
    expect(segment?.trace_id.replaceAll('-', '')).toBe(`1${traceId}`);
    expect(segment).toMatchObject({
      name: 'prod',
      error: true,
      annotations: { taskId: '7', reason: 'killed' },
    });
    expect(xray.documents).toHaveLength(1);
  }, 60_000);

  it('sweep each minute', async () => {
    const there = await deployment();
    const { aws } = there;
    aws.objects
      .set('/ledger/open/7', '')
      .set(recordOf7('task'), JSON.stringify({ receivedAt: 1, input: task }));
    await run('reporter', there, { source: 'aws.scheduler', 'detail-type': 'Scheduled Event', detail: '{}' });
    expect(aws.sent).toEqual([{ queueUrl: `${aws.url}/dispatches`, body: '{"executionId":"7"}' }]);
  }, 60_000);

  it('are the same bytes each time they are built', () => {
    const bytesOf = (build: string) => {
      const functions = join(folder, build, 'functions');
      const files = readdirSync(functions, { recursive: true, encoding: 'utf8' }).toSorted();
      return files
        .filter((file) => file.endsWith('.mjs'))
        .map((file) => [file, readFileSync(join(functions, file), 'utf8')]);
    };
    expect(bytesOf('one').length).toBeGreaterThan(3);
    expect(bytesOf('one')).toEqual(bytesOf('other'));
  });

  it('fail at their start without what they have to know, and name all of it', async () => {
    const index = join(folder, 'one/functions/dispatcher/index.mjs');
    await expect(promisify(execFile)(process.execPath, [index], { env: {} })).rejects.toThrow(
      /The dispatcher cannot start: API_URL: .*TOKEN_SECRET: .*LEASE_SECONDS: /,
    );
  });
});
