import { describe, expect, it } from 'vitest';
import { type FakeUserApi, fakeUserApi } from '../support/fake-user-api.ts';
import { builtRunops, runRunops, runtimes, serverEnv } from './run-runops.ts';

const runops = builtRunops();
const task = { id: 12, status: 'success', target: 'db', type: 'postgres', created: '2026-11-20T16:00:00Z' };
const pending = (...groups: string[]) => ({
  ...task,
  status: 'pending-review',
  reviews: groups.map((group) => ({ group, status: 'pending-review' })),
});

describe.each(runtimes())('runops tasks, with $name', ({ node }) => {
  const run = (api: FakeUserApi, ...args: string[]) =>
    runRunops(runops, ['tasks', ...args], { node, env: serverEnv(api.url) });

  it('list prints an aligned table and passes its filters on', async () => {
    const other = { id: 'a-7', status: 'running', user_email: 'ana@example.com', elapsed_time_ms: 1500 };
    await using api = await fakeUserApi({ 'GET /v1/tasks': { body: [task, other] } });
    const filters = ['--status', 'success', '-t', 'db', '--type', 'postgres', '--limit', '2'];
    expect((await run(api, 'list', ...filters)).stdout).toBe(
      'ID   CREATED               STATUS   TARGET  TYPE      USER             MILLISECONDS\n' +
        '12   2026-11-20T16:00:00Z  success  db      postgres  -                -\n' +
        'a-7  -                     running  -       -         ana@example.com  1500\n',
    );
    expect(api.received[0]?.query).toEqual({ status: 'success', target: 'db', type: 'postgres', limit: '2' });
  });

  it('logs prints the log', async () => {
    await using api = await fakeUserApi({
      'GET /v1/tasks/12/logs': (request, response) => {
        response.end(JSON.stringify({ logs_url: `http://${request.headers.host}/store` }));
      },
      'GET /store': { text: 'the log\n' },
    });
    expect(await run(api, 'logs', '12')).toEqual({ code: 0, stdout: 'the log\n', stderr: '' });
  });

  it('logs of a task that runs says so, and waits with --follow', async () => {
    const running = { id: 12, status: 'running' };
    await using api = await fakeUserApi({
      'GET /v1/tasks/12/logs': { status: 400, body: { message: 'not finished' } },
      'GET /v1/tasks/12': [{ body: running }, { body: running }, { body: { ...task, task_logs: 'done\n' } }],
    });
    const early = await run(api, 'logs', '12');
    expect(early.code).toBe(1);
    expect(early.stderr).toContain(
      'Task 12 has not ended (running). Wait for it: runops tasks logs 12 --follow',
    );
    expect(await run(api, 'logs', '12', '--follow')).toEqual({ code: 0, stdout: 'done\n', stderr: '' });
  });

  it('kill asks for the end of the task', async () => {
    await using api = await fakeUserApi({ 'POST /v1/tasks/12/kill': { status: 202 } });
    const { code, stdout } = await run(api, 'kill', '12');
    expect(code).toBe(0);
    expect(stdout).toContain('Task 12 is being stopped.');
    expect(api.received).toHaveLength(1);
  });

  it('approve reviews for the only group that is left, and says what comes next', async () => {
    await using api = await fakeUserApi({
      'GET /v1/tasks/12': [{ body: pending('DBA') }, { body: { ...task, status: 'approved' } }],
      'POST /v1/tasks/12/reviews': { status: 201, body: {} },
    });
    const { code, stdout } = await run(api, 'approve', '12');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'Task 12 is approved. Run it: runops tasks run 12\n',
    });
    expect(api.calls('POST /v1/tasks/12/reviews')[0]?.body).toEqual({ status: 'approved', group: 'DBA' });
  });

  it('approve leaves the group to the server where several review', async () => {
    await using api = await fakeUserApi({
      'GET /v1/tasks/12': [{ body: pending('DBA', 'SRE') }, { body: pending('SRE') }],
      'POST /v1/tasks/12/reviews': [
        { status: 400, body: { message: 'group: must be one of DBA, SRE' } },
        { status: 201, body: {} },
      ],
    });
    const unclear = await run(api, 'approve', '12');
    expect(unclear).toEqual({ code: 1, stdout: '', stderr: 'runops: group: must be one of DBA, SRE\n' });
    expect(api.calls('POST /v1/tasks/12/reviews')[0]?.body).toEqual({ status: 'approved' });
    const { stdout } = await run(api, 'approve', '12', '--group', 'DBA');
    expect(stdout).toBe('Task 12 still waits for the review of SRE.\n');
  });

  it('reject reviews for the group that is given', async () => {
    await using api = await fakeUserApi({
      'GET /v1/tasks/12': { body: { ...task, status: 'rejected' } },
      'POST /v1/tasks/12/reviews': { status: 201, body: {} },
    });
    expect((await run(api, 'reject', '12', '--group=SRE')).stdout).toBe('Task 12 is rejected.\n');
    expect(api.calls('POST /v1/tasks/12/reviews')[0]?.body).toEqual({ status: 'rejected', group: 'SRE' });
  });

  it('run starts an approved task and stays with it to its end', async () => {
    await using api = await fakeUserApi({
      'POST /v1/tasks/12/runs': { status: 201, body: { id: 12, status: 'ready' } },
      'GET /v1/tasks/12': [
        { body: { id: 12, status: 'running' } },
        { body: { ...task, status: 'failure', task_logs: 'oh no\n' } },
      ],
    });
    const stderr = 'Task 12 failed.\n';
    expect(await run(api, 'run', '12')).toEqual({ code: 1, stdout: 'oh no\n', stderr });
  });

  it.each([['list'], ['logs', '12'], ['kill', '12'], ['approve', '12', '--group', 'a'], ['run', '12']])(
    '%s prints the JSON of the server with --json',
    async (...args) => {
      const body = { ...task, task_logs: 'log', unknown: 1 };
      const calls = ['GET /v1/tasks', 'GET /v1/tasks/12/logs', 'POST /v1/tasks/12/kill'];
      const posts = ['POST /v1/tasks/12/reviews', 'POST /v1/tasks/12/runs'];
      await using api = await fakeUserApi(
        Object.fromEntries([...calls, ...posts].map((call) => [call, { body }])),
      );
      const { code, stdout } = await run(api, ...args, '--json');
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toEqual(body);
    },
  );
});
