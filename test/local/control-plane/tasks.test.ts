import { expect, test } from 'vitest';
import { type TestPlane, testPlane } from './harness.ts';

test('a call for a task waits, and answers as soon as the result is there', async () => {
  await using plane = await testPlane();
  await plane.target({});
  const answer = plane.admin.post('/v1/tasks', { target: 'bash-here', script: 'echo hi', message: 'demo' });
  await plane.clock.asleep();
  const [task] = await plane.agent.ready();
  await plane.agent.lock(task?.id);
  await plane.agent.report(task?.id, { logs: 'hi\n', 'exit-code': 0, reason: 'exited' });
  const { status, body } = await answer;
  expect(status).toBe(201);
  expect(body).toEqual({
    id: task?.id,
    created: '2026-06-01T00:00:00.000Z',
    target: 'bash-here',
    type: 'bash',
    user_id: 1,
    user_email: 'admin@localhost',
    redact: 'all',
    status: 'success',
    elapsed_time_ms: 12,
    description: 'demo',
    script: 'echo hi',
    labels: null,
    reviews: [],
    exit_code: 0,
    reason: 'exited',
    task_logs: 'hi\n',
  });
  expect(plane.clock.now()).toBe(Date.UTC(2026, 5, 1));
});

test('when the wait is over the task is said to be running', async () => {
  await using plane = await testPlane({ waitSecondsMax: 60 });
  await plane.target({});
  const answer = plane.admin.post('/v1/tasks', { target: 'bash-here', script: 'sleep 99' });
  await plane.clock.asleep();
  expect(plane.clock.sleeps).toEqual([60_000]);
  await plane.clock.advance(60_000);
  expect(await answer).toMatchObject({
    status: 201,
    body: { status: 'ready', task_logs: expect.stringMatching(/^Your task is running\./) },
  });
});

test('a caller may prefer not to wait, or to wait less', async () => {
  await using plane = await testPlane();
  await plane.target({});
  const body = { target: 'bash-here', script: 'x' };
  const async = await plane.admin.call('POST', '/v1/tasks', body, { prefer: 'Respond-Async, wait=5' });
  expect(async).toMatchObject({ status: 201, body: { status: 'ready' } });
  expect(async.headers.get('preference-applied')).toBe('respond-async');
  const short = plane.admin.call('POST', '/v1/tasks', body, { prefer: 'wait = 5' });
  await plane.clock.asleep();
  expect(plane.clock.sleeps).toEqual([5000]);
  await plane.clock.advance(5000);
  expect((await short).headers.get('preference-applied')).toBe('wait=5');
});

test('closing the server answers those who wait', async () => {
  await using plane = await testPlane();
  await plane.target({});
  const answer = plane.admin.post('/v1/tasks', { target: 'bash-here', script: 'x' });
  await plane.clock.asleep();
  await plane.server.close();
  expect(await answer).toMatchObject({
    status: 201,
    body: { task_logs: expect.stringMatching(/^Your task is/) },
  });
});

test('the type may differ only where the target allows it', async () => {
  await using plane = await testPlane();
  await plane.target({});
  await plane.target({ name: 'any', override_type: true });
  await plane.target({ name: 'templates', templates_only: true });
  const ask = (target: string, type?: string) => plane.admin.post('/v1/tasks', { target, script: 'x', type });
  expect((await ask('bash-here', 'python')).body.message).toContain('takes bash only');
  expect((await ask('any', 'cobol')).body.message).toContain('must be one of bash,');
  expect((await ask('templates')).status).toBe(400);
  expect(await plane.admin.task('any', { type: 'python' })).toMatchObject({
    type: 'python',
    status: 'ready',
  });
});

test('killing a task that no agent has ends it with a clear log', async () => {
  await using plane = await testPlane();
  await plane.target({});
  const waiting = plane.admin.post('/v1/tasks', { target: 'bash-here', script: 'x' });
  await plane.clock.asleep();
  const [task] = await plane.agent.ready();
  const killed = {
    status: 'failure',
    reason: 'killed',
    task_logs: 'The task was killed by admin@localhost before it ran.',
  };
  expect(await plane.admin.post(`/v1/tasks/${task?.id}/kill`)).toMatchObject({ status: 202, body: killed });
  expect((await waiting).body).toMatchObject(killed);
  expect((await plane.agent.lock(task?.id)).status).toBe(404);
  expect((await plane.agent.report(task?.id)).status).toBe(409);
  expect((await plane.admin.post(`/v1/tasks/${task?.id}/kill`)).status).toBe(409);
  expect((await plane.admin.get(`/v1/tasks/${task?.id}/logs`)).status).toBe(200);
});

test('a task is killed by who asked for it or by an administrator', async () => {
  await using plane = await testPlane();
  await plane.target({});
  const [owner, other] = [await plane.user('owner'), await plane.user('other')];
  const { id } = await owner.task('bash-here');
  expect((await other.post(`/v1/tasks/${id}/kill`)).status).toBe(403);
  expect((await owner.post(`/v1/tasks/${id}/kill`)).status).toBe(202);
  const next = await owner.task('bash-here');
  expect((await plane.admin.post(`/v1/tasks/${next.id}/kill`)).status).toBe(202);
});

async function threeTasks(plane: TestPlane) {
  await plane.target({ name: 'a' });
  await plane.target({ name: 'b', type: 'python' });
  const dev = await plane.user('dev');
  const ids = [];
  for (const [client, target] of [
    [plane.admin, 'a'],
    [dev, 'a'],
    [dev, 'b'],
  ] as const) {
    ids.push((await client.task(target, { script: 'é'.repeat(20_000) })).id);
    await plane.clock.advance(24 * 3600 * 1000);
  }
  await plane.agent.lock(ids[1]);
  await plane.agent.report(ids[1], { 'elapsed-time-ms': 50 });
  return ids;
}

test('tasks are listed newest first, filtered and paged, with the start of their scripts', async () => {
  await using plane = await testPlane();
  const [first, second, third] = await threeTasks(plane);
  const ids = async (query: string) => (await plane.admin.get(`/v1/tasks?${query}`)).list.map(({ id }) => id);
  expect(await ids('')).toEqual([third, second, first]);
  expect(await ids('limit=1&start=1')).toEqual([second]);
  expect(await ids('target=a')).toEqual([second, first]);
  expect(await ids('type=python')).toEqual([third]);
  expect(await ids('status=success')).toEqual([second]);
  expect(await ids('user-id=1')).toEqual([first]);
  expect((await plane.admin.get('/v1/tasks')).list[0]?.script).toHaveLength(10_000);
  expect((await plane.admin.get(`/v1/tasks/${first}`)).body.script).toHaveLength(20_000);
  for (const query of ['limit=-1', 'limit=x', 'limit=100000', 'status=done', 'user-id=me']) {
    expect((await plane.admin.get(`/v1/tasks?${query}`)).status, query).toBe(400);
  }
});

test('a search finds by date, user and id, in the order asked for, and says how many there are', async () => {
  await using plane = await testPlane();
  const [first, second, third] = await threeTasks(plane);
  const search = async (query: string) => {
    const { data, total } = (await plane.admin.get(`/v1/tasks/search?${query}`)).body;
    return { ids: Array.isArray(data) ? data.map(({ id }) => id) : [], total };
  };
  expect(await search('limit=2&order=asc')).toEqual({ ids: [first, second], total: 3 });
  expect(await search('start-date=2026-6-2 00:00:00')).toEqual({ ids: [third, second], total: 2 });
  expect(await search('start-date=2026-6-2 00:00:00&end-date=2026-06-02 23:59:59')).toEqual({
    ids: [second],
    total: 1,
  });
  expect(await search('user-email=DEV@example.com')).toEqual({ ids: [third, second], total: 2 });
  expect(await search(`id=${first}`)).toEqual({ ids: [first], total: 1 });
  expect((await search('order-by=elapsed_time_ms&order=desc')).ids[0]).toBe(second);
  expect((await plane.admin.get('/v1/tasks/search?start-date=yesterday')).status).toBe(400);
  expect((await plane.admin.get('/v1/tasks/search?order-by=script')).status).toBe(400);
});
