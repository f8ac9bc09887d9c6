import { expect, test } from 'vitest';
import { type TestPlane, testPlane } from './harness.ts';

async function lockedTask(plane: TestPlane) {
  await plane.target({});
  const { id } = await plane.admin.task('bash-here');
  const { body } = await plane.agent.lock(id);
  return { id, uploadUrl: String(body.pre_signed_upload_url) };
}

test('the result ends the task with its log, exit code, reason and elapsed time', async () => {
  await using plane = await testPlane();
  const { id } = await lockedTask(plane);
  const fields = { status: 'failure', logs: 'no', 'exit-code': 3, reason: 'exited', 'elapsed-time-ms': 166 };
  expect((await plane.agent.report(id, { ...fields, unknown: [1] })).status).toBe(200);
  expect((await plane.admin.get(`/v1/tasks/${id}`)).body).toMatchObject({
    status: 'failure',
    task_logs: 'no',
    exit_code: 3,
    reason: 'exited',
    elapsed_time_ms: 166,
  });
});

test('the same result may come again, a different one is refused and changes nothing', async () => {
  await using plane = await testPlane();
  const { id } = await lockedTask(plane);
  for (let count = 0; count < 3; count++) expect((await plane.agent.report(id)).status).toBe(200);
  const second = await plane.agent.report(id, { status: 'failure' });
  expect(second).toMatchObject({ status: 409, body: { message: expect.stringContaining('another result') } });
  expect((await plane.admin.get(`/v1/tasks/${id}`)).body).toMatchObject({
    status: 'success',
    task_logs: 'done\n',
  });
});

test('of two different large results at the same time only one is taken', async () => {
  await using plane = await testPlane();
  const { id } = await lockedTask(plane);
  const logs = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(150_000));
  const answers = await Promise.all(logs.map((each) => plane.agent.report(id, { logs: each })));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409]);
  const { logs_url: url } = (await plane.admin.get(`/v1/tasks/${id}/logs`)).body;
  const stored = await (await fetch(String(url))).text();
  expect(stored === logs[answers.findIndex(({ status }) => status === 200)]).toBe(true);
});

test('each of the seven keys is validated, and all problems come in one message', async () => {
  await using plane = await testPlane();
  const { id } = await lockedTask(plane);
  const { status, body } = await plane.agent.post('/v1/webhooks', { id, status: 'killed', logs: null });
  expect(status).toBe(400);
  for (const key of ['status', 'logs', 'uploaded', 'redacted', 'elapsed-time-ms', 'log-size']) {
    expect(body.message).toContain(`${key}: `);
  }
  expect((await plane.agent.report('1')).status).toBe(400);
  expect((await plane.admin.get(`/v1/tasks/${id}`)).body.status).toBe('running');
});

test('a task that nobody locked takes a refusal but no success', async () => {
  await using plane = await testPlane();
  await plane.target({});
  const { id } = await plane.admin.task('bash-here');
  expect((await plane.agent.report(id)).status).toBe(409);
  expect((await plane.agent.report(id, { status: 'failure' })).status).toBe(200);
  expect((await plane.agent.lock(id)).status).toBe(404);
  expect((await plane.agent.report(999)).status).toBe(404);
});

test('progress is read by those who follow the task, each chunk once and in order', async () => {
  await using plane = await testPlane();
  const { id } = await lockedTask(plane);
  const path = `/v1/tasks/${id}/progress`;
  const chunk = (sequence: number) => ({
    sequence,
    stream: sequence % 2 ? 'stdout' : 'stderr',
    text: `${sequence}\n`,
  });
  for (const sequence of [0, 2, 1, 1]) {
    expect((await plane.agent.post(path, chunk(sequence))).status).toBe(200);
  }
  expect((await plane.admin.get(path)).body).toEqual({ chunks: [0, 1, 2].map(chunk), status: 'running' });
  expect((await plane.admin.get(`${path}?after=1`)).body).toEqual({ chunks: [chunk(2)], status: 'running' });
  await plane.agent.report(id);
  expect((await plane.admin.get(`${path}?after=2`)).body).toEqual({ chunks: [], status: 'success' });
  expect((await plane.agent.post(path, chunk(3))).status).toBe(409);
});

test('progress is bounded, and forgotten an hour after the end', async () => {
  await using plane = await testPlane();
  const { id } = await lockedTask(plane);
  const path = `/v1/tasks/${id}/progress`;
  const text = 'x'.repeat(6 * 1024 * 1024);
  for (const sequence of [0, 1, 2]) {
    expect((await plane.agent.post(path, { sequence, stream: 'stdout', text })).status).toBe(200);
  }
  expect((await plane.admin.get(`${path}?after=0`)).body.chunks).toHaveLength(1);
  expect((await plane.admin.get(`${path}?after=1`)).body.chunks).toHaveLength(0);
  expect((await plane.agent.post(path, { sequence: 9, stream: 'stdin', text: '' })).status).toBe(400);
  await plane.agent.report(id);
  await plane.clock.advance(3_600_001);
  const next = await plane.admin.task('bash-here');
  await plane.agent.lock(next.id);
  await plane.agent.post(`/v1/tasks/${next.id}/progress`, { sequence: 0, stream: 'stdout', text: 'new' });
  expect((await plane.admin.get(path)).body.chunks).toEqual([]);
});

test('why a task waits is read while it is ready: one sentence, until its lock', async () => {
  await using plane = await testPlane();
  await plane.target({});
  const { id } = await plane.admin.task('bash-here');
  const path = `/v1/tasks/${id}/progress`;
  const say = (text: string) => plane.agent.post(path, { sequence: 0, stream: 'stderr', text });
  for (const text of ['Waiting since yesterday.', 'Waiting.']) expect((await say(text)).status).toBe(200);
  const chunks = [{ sequence: 0, stream: 'stderr', text: 'Waiting.' }];
  expect((await plane.admin.get(path)).body).toEqual({ chunks, status: 'ready' });
  expect((await plane.agent.post(path, { sequence: 1, stream: 'stdout', text: 'output' })).status).toBe(409);
  await plane.agent.lock(id);
  expect((await plane.admin.get(path)).body).toEqual({ chunks: [], status: 'running' });
});
