import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type TestPlane, testPlane } from '../local/control-plane/harness.ts';
import { builtRunops, runRunops, startRunops } from './run-runops.ts';

const runops = builtRunops();

/** Somebody with the token of a user, in a folder below the one where `npm start` runs. */
function person(plane: TestPlane, userToken = plane.adminToken) {
  const cwd = mkdtempSync(join(tmpdir(), 'runops-local-'));
  writeFileSync(join(cwd, 'server.json'), JSON.stringify({ url: plane.server.url, token: userToken }));
  const options = { cwd, env: { RUNOPS_HOME: cwd } };
  return {
    run: (...args: string[]) => runRunops(runops, args, options),
    start: (...args: string[]) => startRunops(runops, args, options).ended,
    /** Also what it says meanwhile. */
    listen: (...args: string[]) => startRunops(runops, args, options),
  };
}

/** The id of the one task that is ready, as soon as it is. */
async function ready(plane: TestPlane): Promise<string> {
  let tasks: Record<string, unknown>[] = [];
  const poll = async () => {
    tasks = await plane.agent.ready();
    return tasks.length;
  };
  await expect.poll(poll, { timeout: 10_000 }).toBe(1);
  return String(tasks[0]?.id);
}

/** What an agent does: takes the task, and reports. */
async function runNext(plane: TestPlane, result: object): Promise<string> {
  const id = await ready(plane);
  await plane.agent.lock(id);
  await plane.agent.report(Number(id), result);
  return id;
}

it('creates targets, changes them and lists them on the local server', async () => {
  await using plane = await testPlane();
  const { run } = person(plane);
  expect(
    (await run('targets', 'create', '--name', 'demo', '--type', 'bash', '--tags', 'a', '--redact', 'none'))
      .code,
  ).toBe(0);
  expect((await run('targets', 'create', '--name', 'demo', '--type', 'bash')).stderr).toContain(
    'a target demo already',
  );
  expect((await run('targets', 'update', '--name', 'demo', '--tags', '', '--message', 'Hi')).code).toBe(0);
  expect((await run('targets', 'update', '--name', 'demo', '--status', 'inactive')).code).toBe(0);
  const [target] = JSON.parse((await run('targets', 'list', '--status', 'inactive', '--json')).stdout);
  expect(target).toMatchObject({
    name: 'demo',
    tags: null,
    message: 'Hi',
    status: 'inactive',
    redact: 'none',
  });
});

it('creates a task, waits for its agent, and prints its log', async () => {
  await using plane = await testPlane();
  const { run, start } = person(plane);
  await plane.target({ name: 'demo' });
  const ended = start('tasks', 'create', '-t', 'demo', '-s', 'echo hello', '-m', 'why');
  const id = await runNext(plane, { logs: 'hello\n' });
  expect(await ended).toEqual({ code: 0, stdout: 'hello\n', stderr: '' });
  expect((await run('tasks', 'logs', id)).stdout).toBe('hello\n');
  expect((await run('tasks', 'list', '--status', 'success')).stdout).toMatch(
    new RegExp(`^${id} .* success .* demo`, 'm'),
  );
});

it('tells how a task failed', async () => {
  await using plane = await testPlane();
  await plane.target({ name: 'demo' });
  const ended = person(plane).start('tasks', 'create', '-t', 'demo', '-s', 'exit 3');
  const id = await runNext(plane, { status: 'failure', logs: 'no\n', 'exit-code': 3, reason: 'exited' });
  const stderr = expect.stringMatching(`^Task ${id} failed \\(exit code 3, .* s\\)\\.\n$`);
  expect(await ended).toEqual({ code: 1, stdout: 'no\n', stderr });
});

it('fetches a log that is too big for the task itself', async () => {
  await using plane = await testPlane();
  await plane.target({ name: 'demo' });
  const ended = person(plane).start('tasks', 'create', '-t', 'demo', '-s', 'seq');
  const logs = 'é234567890\n'.repeat(50_000);
  await runNext(plane, { logs });
  expect((await ended).stdout).toBe(logs);
});

it('takes a task through its review', async () => {
  await using plane = await testPlane();
  await plane.target({ name: 'demo', review_type: 'team', reviewers: 'DBA' });
  const { body: user } = await plane.admin.post('/v1/users', { email: 'ana@example.com', groups: [] });
  const { body: reviewer } = await plane.admin.post('/v1/users', {
    email: 'bea@example.com',
    groups: ['DBA'],
  });
  const ana = person(plane, String(user.token));
  const bea = person(plane, String(reviewer.token));

  const created = await ana.run('tasks', 'create', '-t', 'demo', '-s', 'x');
  expect(created.code).toBe(3);
  const id = /Task (\d+) waits for the review of DBA/.exec(created.stderr)?.[1] ?? '';
  expect((await ana.run('tasks', 'logs', id)).stderr).toContain('has not ended (pending-review)');
  expect((await ana.run('tasks', 'approve', id)).stderr).toContain('somebody else must review it');
  expect((await bea.run('tasks', 'approve', id)).stdout).toBe(
    `Task ${id} is approved. Run it: runops tasks run ${id}\n`,
  );
  const ended = ana.start('tasks', 'run', id);
  await runNext(plane, { logs: 'reviewed\n' });
  expect(await ended).toEqual({ code: 0, stdout: 'reviewed\n', stderr: '' });

  const second = await ana.run('tasks', 'create', '-t', 'demo', '-s', 'y', '--json');
  const rejected = String(JSON.parse(second.stdout).id);
  expect((await bea.run('tasks', 'reject', rejected, '--group', 'DBA')).stdout).toBe(
    `Task ${rejected} is rejected.\n`,
  );
});

it('says why a task waits that no agent has taken yet', async () => {
  await using plane = await testPlane();
  await plane.target({ name: 'demo' });
  const { child, ended } = person(plane).listen('tasks', 'create', '-t', 'demo', '-s', 'x');
  const id = await ready(plane);
  const text = "Waiting: the agent's limit of 600 vCPU minutes a day is used up.\n";
  await plane.agent.post(`/v1/tasks/${id}/progress`, { sequence: 0, stream: 'stderr', text });
  await once(child.stderr, 'data');
  await runNext(plane, { logs: 'done\n' });
  expect(await ended).toEqual({ code: 0, stdout: 'done\n', stderr: text });
});

it('kills a task', async () => {
  await using plane = await testPlane();
  const { run, start } = person(plane);
  await plane.target({ name: 'demo' });
  const ended = start('tasks', 'create', '-t', 'demo', '-s', 'sleep 1000');
  const id = await ready(plane);
  expect(await run('tasks', 'kill', id)).toMatchObject({ code: 0, stderr: '' });
  const { code, stdout, stderr } = await ended;
  expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining('killed') });
  expect(stderr).toContain(`Task ${id} failed (killed`);
});

it('gives agents a new token and shows who they are', async () => {
  await using plane = await testPlane();
  const { run } = person(plane);
  await plane.agent.ready();
  expect((await run('agents', 'list')).stdout).toMatch(/^NAME .*\nunregistered +- +UP +-\n$/);
  const { stdout } = await run('agents', 'create-token', '-f');
  expect((await plane.agent.call('GET', '/v2/tasks?runner_provider=runops&status=ready')).status).toBe(401);
  expect(
    (await plane.as(stdout.trim()).call('GET', '/v2/tasks?runner_provider=runops&status=ready')).status,
  ).toBe(200);
});
