import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FakeUserApi, fakeUserApi, type Reply } from '../support/fake-user-api.ts';
import {
  builtRunops,
  type RunOptions,
  runRunops,
  runtimes,
  serverEnv,
  startRunops,
  token,
} from './run-runops.ts';

const runops = builtRunops();
const running = { id: 12, status: 'running', task_logs: 'Your task is running. Its result comes.' };
const succeeded = {
  id: 12,
  status: 'success',
  task_logs: 'https://logs.example.com/12',
  elapsed_time_ms: 1234,
};

/** A server whose task runs for some polls, then ends; its log is at an address of its own. */
function runs(log: string | Reply, ended: object = succeeded): Record<string, Reply | Reply[]> {
  return {
    'POST /v1/tasks': { status: 201, body: running },
    'GET /v1/tasks/12': [{ body: running }, { body: running }, { body: ended }],
    'GET /v1/tasks/12/logs': (request, response) => {
      response.end(JSON.stringify({ logs_url: `http://${request.headers.host}/store/12` }));
    },
    'GET /store/12': typeof log === 'string' ? { text: log } : log,
  };
}

describe.each(runtimes())('runops tasks create, with $name', ({ node }) => {
  const create = (api: FakeUserApi, args: string[] = ['-s', 'select 1'], options: RunOptions = {}) =>
    runRunops(runops, ['tasks', 'create', '-t', 'db', ...args], {
      node,
      env: serverEnv(api.url),
      ...options,
    });

  it('waits for the task and prints its log as it is', async () => {
    const log = '\x1b[31mred\x1b[0m\r\nno end of line: \u00e9';
    await using api = await fakeUserApi(runs(log));
    expect(await create(api)).toEqual({ code: 0, stdout: log, stderr: '' });
    expect(api.calls('POST /v1/tasks')[0]).toMatchObject({
      headers: { prefer: 'respond-async', authorization: `Bearer ${token}` },
      body: { target: 'db', script: 'select 1' },
    });
    expect(api.calls('GET /v1/tasks/12').length).toBeGreaterThanOrEqual(3);
  });

  it('fetches the log without the token', async () => {
    await using api = await fakeUserApi(runs('log'));
    await create(api);
    expect(api.calls('GET /store/12')[0]?.headers.authorization).toBeUndefined();
  });

  it('takes the result of a server that answers when the task has ended', async () => {
    const body = { id: 12, status: 'success', task_logs: 'id\n1\n' };
    await using api = await fakeUserApi({ 'POST /v1/tasks': { status: 201, body } });
    expect(await create(api)).toEqual({ code: 0, stdout: 'id\n1\n', stderr: '' });
    expect(api.received).toHaveLength(1);
  });

  it('prints nothing for a task without output', async () => {
    const body = { id: 12, status: 'success', task_logs: 'Task returned empty logs' };
    await using api = await fakeUserApi({ 'POST /v1/tasks': { status: 201, body } });
    expect(await create(api)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('exits with 1 for a task that failed, with its log and what the server tells', async () => {
    const ended = { id: 12, status: 'failure', task_logs: 'https://x', exit_code: 3, reason: 'timed-out' };
    await using api = await fakeUserApi(runs('no such table\n', { ...ended, elapsed_time_ms: 2000 }));
    expect(await create(api)).toEqual({
      code: 1,
      stdout: 'no such table\n',
      stderr: 'Task 12 failed (exit code 3, timed-out, 2.0 s).\n',
    });
  });

  it.each([
    ['-f', '-'],
    ['--file', '-'],
  ])('reads the script from standard input with %s -', async (...args) => {
    await using api = await fakeUserApi(runs(''));
    await create(api, [...args, '-m', 'why', '--type', 'mysql'], { input: 'select 2;\n' });
    const body = { target: 'db', script: 'select 2;\n', type: 'mysql', message: 'why' };
    expect(api.calls('POST /v1/tasks')[0]?.body).toEqual(body);
  });

  it('reads the script from a file, which must be text', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'runops-script-')), 'a.sql');
    writeFileSync(file, 'select 3');
    await using api = await fakeUserApi(runs(''));
    await create(api, ['-f', file]);
    expect(api.calls('POST /v1/tasks')[0]?.body).toEqual({ target: 'db', script: 'select 3' });
    writeFileSync(file, Buffer.from([0xff, 0xfe]));
    const { code, stderr } = await create(api, ['-f', file]);
    expect(code).toBe(2);
    expect(stderr).toContain('not text in UTF-8');
  });

  it('takes a script that begins with a dash', async () => {
    await using api = await fakeUserApi(runs(''));
    await create(api, ['-s', '-- why\nselect 4']);
    expect(api.calls('POST /v1/tasks')[0]?.body).toEqual({ target: 'db', script: '-- why\nselect 4' });
  });

  it('ends with 3 when the task waits for a review, and says how it goes on', async () => {
    const reviews = [{ group: 'DBA', status: 'pending-review' }];
    const body = { id: 12, status: 'pending-review', task_logs: 'Your task is waiting.', reviews };
    await using api = await fakeUserApi({ 'POST /v1/tasks': { status: 201, body } });
    const { code, stdout, stderr } = await create(api);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('Task 12 waits for the review of DBA. It has not run.');
    expect(stderr).toContain('runops tasks approve 12');
    expect(stderr).toContain('runops tasks run 12');
  });

  it('prints the last word of the server with --json, and exits as without it', async () => {
    const ended = { ...succeeded, status: 'failure', unknown: 'kept' };
    await using api = await fakeUserApi(runs('log', ended));
    const { code, stdout } = await create(api, ['-s', 'x', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual(ended);
  });

  it('stays with the task while the server restarts', async () => {
    const script = runs('log\n');
    script['GET /v1/tasks/12'] = [
      { body: running },
      { status: 503, body: {} },
      (request) => request.socket.destroy(),
      { body: succeeded },
    ];
    await using api = await fakeUserApi(script);
    expect(await create(api)).toEqual({ code: 0, stdout: 'log\n', stderr: '' });
    expect(api.calls('POST /v1/tasks')).toHaveLength(1);
  });

  it('never asks twice for the task, and says when it cannot know whether it is there', async () => {
    await using api = await fakeUserApi({ 'POST /v1/tasks': (request) => request.socket.destroy() });
    const { code, stderr } = await create(api);
    expect(code).toBe(1);
    expect(stderr).toContain('Whether the task was created is not known. See: runops tasks list');
    expect(api.received).toHaveLength(1);
  });

  it('does not read a log from anywhere but the web', async () => {
    const script = runs('log');
    script['GET /v1/tasks/12/logs'] = { body: { logs_url: 'file:///etc/hostname' } };
    await using api = await fakeUserApi(script);
    const { code, stdout, stderr } = await create(api);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('neither http nor https');
  });

  it('says so when the log breaks off', async () => {
    await using api = await fakeUserApi(
      runs((_, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('half', () => response.destroy());
      }),
    );
    const { code, stderr } = await create(api);
    expect(code).toBe(1);
    expect(stderr).toContain('could not be fetched whole');
  });

  it('leaves the task alone on Ctrl-C, and says how to come back to it', async () => {
    await using api = await fakeUserApi({ ...runs(''), 'GET /v1/tasks/12': { body: running } });
    const { child, ended } = startRunops(runops, ['tasks', 'create', '-t', 'db', '-s', 'x'], {
      node,
      env: serverEnv(api.url),
    });
    await expect.poll(() => api.calls('GET /v1/tasks/12').length, { timeout: 10_000 }).toBeGreaterThan(0);
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain('runops tasks logs 12 --follow');
    expect(stderr).toContain('runops tasks kill 12');
    expect(api.received.some(({ call }) => call.endsWith('/kill'))).toBe(false);
  });
});
