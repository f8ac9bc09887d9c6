import { once } from 'node:events';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { type TestPlane, testPlane } from './harness.ts';

async function lockedTask(plane: TestPlane) {
  await plane.target({});
  const { id } = await plane.admin.task('bash-here');
  const { body } = await plane.agent.lock(id);
  return { id, uploadUrl: String(body.pre_signed_upload_url) };
}

function upload(url: string, body: string) {
  return fetch(url, { method: 'PUT', body, headers: { 'content-type': 'application/octet-stream' } });
}

async function logOf(plane: TestPlane, id: unknown): Promise<string> {
  const { body } = await plane.admin.get(`/v1/tasks/${id}/logs`);
  return (await fetch(String(body.logs_url))).text();
}

test('a small log is in the task, and at an address that needs no token', async () => {
  await using plane = await testPlane();
  const { id } = await lockedTask(plane);
  expect(await plane.admin.get(`/v1/tasks/${id}/logs`)).toMatchObject({
    status: 400,
    body: { message: expect.stringContaining('has not finished') },
  });
  await plane.agent.report(id, { logs: 'São Paulo\n' });
  expect((await plane.admin.get(`/v1/tasks/${id}`)).body.task_logs).toBe('São Paulo\n');
  expect(await logOf(plane, id)).toBe('São Paulo\n');
});

test('an empty log is said to be empty', async () => {
  await using plane = await testPlane();
  const { id } = await lockedTask(plane);
  await plane.agent.report(id, { logs: '' });
  expect((await plane.admin.get(`/v1/tasks/${id}`)).body.task_logs).toBe('Task returned empty logs');
  expect(await logOf(plane, id)).toBe('');
});

test('of a log above 100 KB the task has the address', async () => {
  await using plane = await testPlane();
  const { id } = await lockedTask(plane);
  const logs = 'line\n'.repeat(40_000);
  await plane.agent.report(id, { logs });
  const { task_logs: url } = (await plane.admin.get(`/v1/tasks/${id}`)).body;
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/files\//);
  expect(await (await fetch(String(url))).text()).toBe(logs);
});

test('an uploaded log is the whole one, whatever the result holds', async () => {
  await using plane = await testPlane();
  const { id, uploadUrl } = await lockedTask(plane);
  const whole = 'line\n'.repeat(40_000);
  expect((await upload(uploadUrl, 'an earlier try')).status).toBe(200);
  expect((await upload(uploadUrl, whole)).status).toBe(200);
  await plane.agent.report(id, { logs: 'line\n[cut]', uploaded: true });
  expect(await logOf(plane, id)).toBe(whole);
  expect((await upload(uploadUrl, 'too late')).status).toBe(409);
  expect(await logOf(plane, id)).toBe(whole);
});

test('an address that was changed, or is of another method, opens nothing', async () => {
  await using plane = await testPlane();
  const { id, uploadUrl } = await lockedTask(plane);
  const other = await plane.admin.task('bash-here');
  const changed = [
    uploadUrl.replace(`/tasks/${id}/`, `/tasks/${other.id}/`),
    uploadUrl.replace(`/tasks/${id}/`, `/tasks/..%2F..%2Fetc/`),
    uploadUrl.replace(`/tasks/${id}/`, '/tasks/%2e%2e/'),
    uploadUrl.replace(/expires=\d+/, 'expires=9999999999'),
    uploadUrl.replace(/&signature=.*/, ''),
    `${uploadUrl.slice(0, -3)}AAA`,
  ];
  for (const url of changed) expect((await upload(url, 'x')).status, url).toBeOneOf([403, 404]);
  expect((await fetch(uploadUrl)).status).toBe(403);
  expect((await upload(uploadUrl, 'x')).status).toBe(200);
});

test('addresses expire', async () => {
  await using plane = await testPlane();
  const { id, uploadUrl } = await lockedTask(plane);
  await plane.clock.advance(7 * 24 * 3600 * 1000 + 1000);
  const late = await upload(uploadUrl, 'x');
  expect(late.status).toBe(403);
  expect(await late.json()).toEqual({ message: expect.stringContaining('expired') });
  await plane.agent.report(id);
  const url = String((await plane.admin.get(`/v1/tasks/${id}/logs`)).body.logs_url);
  await plane.clock.advance(3_601_000);
  expect((await fetch(url)).status).toBe(403);
});

test('an upload of 300 MB is written as it comes, in bounded memory', async () => {
  await using plane = await testPlane();
  const { id, uploadUrl } = await lockedTask(plane);
  const chunk = Buffer.alloc(3 * 1024 * 1024, 'line of text\n');
  const sending = request(uploadUrl, { method: 'PUT' });
  const before = process.memoryUsage.rss();
  let peak = before;
  for (let count = 0; count < 100; count++) {
    if (!sending.write(chunk)) await once(sending, 'drain');
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  sending.end();
  const [response] = await once(sending, 'response');
  response.resume();
  expect(response.statusCode).toBe(200);
  expect((peak - before) / 1024 / 1024).toBeLessThan(150);
  await plane.agent.report(id, { logs: '', uploaded: true });
  const { body } = await plane.admin.get(`/v1/tasks/${id}/logs`);
  let bytes = 0;
  for await (const part of (await fetch(String(body.logs_url))).body ?? []) bytes += part.length;
  expect(bytes).toBe(100 * chunk.length);
});

test('an upload that breaks off leaves nothing behind', async () => {
  await using plane = await testPlane();
  const { id, uploadUrl } = await lockedTask(plane);
  const sending = request(uploadUrl, { method: 'PUT', headers: { 'content-length': '1000000' } });
  sending.on('error', () => {});
  sending.write('x'.repeat(1000));
  await new Promise((resolve) => sending.on('socket', (socket) => socket.on('connect', resolve)));
  sending.destroy();
  await plane.agent.report(id, { uploaded: true });
  expect(await logOf(plane, id)).toBe('done\n');
});

test('an upload that ends after the result has come changes nothing', async () => {
  await using plane = await testPlane();
  const { id, uploadUrl } = await lockedTask(plane);
  const sending = request(uploadUrl, { method: 'PUT', headers: { expect: '100-continue' } });
  sending.flushHeaders();
  await once(sending, 'continue');
  const logs = 'x'.repeat(200_000);
  await plane.agent.report(id, { logs });
  sending.end('another log');
  const [response] = await once(sending, 'response');
  response.resume();
  expect(response.statusCode).toBe(409);
  expect(await logOf(plane, id)).toBe(logs);
});
