import { once } from 'node:events';
import { type IncomingMessage, type RequestOptions, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { type TestPlane, testPlane } from './harness.ts';

/** Sends what `fetch` would not: other Host headers, paths as they are, bodies without a length. */
async function raw(plane: TestPlane, options: RequestOptions, ...chunks: (string | Buffer)[]) {
  const authorization = `Bearer ${plane.adminToken}`;
  const headers = { authorization, ...options.headers };
  const sending = request({ host: '127.0.0.1', port: plane.server.port, ...options, headers });
  const answered: Promise<IncomingMessage[]> = once(sending, 'response');
  sending.on('error', () => {});
  for (const chunk of chunks) sending.write(chunk);
  sending.end();
  const [response] = await answered;
  if (!response) throw new Error('no response');
  return { status: response.statusCode, headers: response.headers, body: JSON.parse(await text(response)) };
}

test('without a valid token every call is refused with 401 and a message', async () => {
  await using plane = await testPlane();
  const { adminToken } = plane;
  for (const token of [
    '',
    'x',
    adminToken.slice(0, -1),
    `${adminToken}x`,
    adminToken.toUpperCase(),
    "' or 1=1 --",
  ]) {
    const answer = await plane.as(token).get('/v1/userinfo');
    expect(answer).toMatchObject({ status: 401, body: { message: expect.stringContaining('Bearer') } });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  }
  const basic = await raw(plane, { path: '/v1/targets', headers: { authorization: `Basic ${adminToken}` } });
  expect(basic.status).toBe(401);
  expect((await plane.as('').post('/v1/webhooks', {})).status).toBe(401);
});

test('the agent token opens no call of users, and a user token none of agents', async () => {
  await using plane = await testPlane();
  for (const path of ['/v1/targets', '/v1/tasks', '/v1/users', '/v1/agents']) {
    expect((await plane.agent.get(path)).status, path).toBe(403);
  }
  for (const path of ['/v2/tasks?runner_provider=runops&status=ready']) {
    expect((await plane.admin.get(path)).status, path).toBe(403);
  }
  for (const path of ['/v1/tasks/1/lock', '/v1/webhooks', '/v1/agents', '/v1/tasks/1/progress']) {
    expect((await plane.admin.post(path, {})).status, path).toBe(403);
  }
});

test('what is not there, not meant and not readable is answered in JSON', async () => {
  await using plane = await testPlane();
  const cases = [
    [await plane.admin.get('/v1/nothing'), 404, /no such address/],
    [await plane.admin.get('/v1/tasks/abc'), 404, /task not found/],
    [await plane.admin.get('/v1/tasks/99999999999999999999'), 404, /task not found/],
    [await plane.admin.get('/v1/targets/%zz'), 400, /percent sign/],
    [await plane.admin.call('DELETE', '/v1/targets'), 405, /takes GET, POST, PUT\./],
    [await plane.admin.post('/v1/targets', '{"name": '), 400, /not JSON/],
    [await plane.admin.post('/v1/targets', '[]'), 400, /body: /],
    [await plane.admin.post('/v1/targets'), 400, /body: /],
    [
      await raw(plane, { method: 'POST', path: '/v1/targets' }, Buffer.from([0x22, 0xff, 0x22])),
      400,
      /UTF-8/,
    ],
  ] as const;
  for (const [{ status, body }, expected, message] of cases) {
    expect(body.message).toMatch(message);
    expect(status).toBe(expected);
  }
  expect((await plane.admin.call('DELETE', '/v1/targets')).headers.get('allow')).toBe('GET, POST, PUT');
});

test('a body beyond its limit is refused, whether its length was declared or not', async () => {
  await using plane = await testPlane();
  const tooLarge = { status: 413, body: { message: 'The body is larger than 1 MiB.' } };
  const body = Buffer.alloc(3 * 1024 * 1024, 'x');
  const path = '/v1/targets';
  const declared = { method: 'POST', path, headers: { 'content-length': body.length } };
  expect(await raw(plane, declared, body)).toMatchObject(tooLarge);
  expect(await raw(plane, { method: 'POST', path }, body)).toMatchObject(tooLarge);
  const script = 'x'.repeat(64 * 1024 * 1024 + 1);
  await plane.target({});
  const long = await plane.admin.post('/v1/tasks', { target: 'bash-here', script });
  expect(long).toMatchObject({ status: 413, body: { message: 'script: must be at most 64 MiB.' } });
});

test('on loopback only the names of loopback are answered', async () => {
  await using plane = await testPlane();
  const path = '/v1/userinfo';
  for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:80', '10.0.0.1']) {
    expect((await raw(plane, { path, headers: { host } })).status, host).toBe(421);
  }
  for (const host of ['localhost', 'LOCALHOST:3000', '127.0.0.1:1', '[::1]:3000']) {
    expect((await raw(plane, { path, headers: { host } })).status, host).toBe(200);
  }
});

test('behind a proxy its name is answered too, and stands in the addresses that are handed out', async () => {
  await using plane = await testPlane({ publicUrl: 'https://runops.example.com/' });
  const headers = { host: 'runops.example.com' };
  expect((await raw(plane, { path: '/v1/userinfo', headers })).status).toBe(200);
  await plane.target({});
  const { id } = await plane.admin.task('bash-here');
  const { body } = await plane.agent.lock(id);
  expect(body.pre_signed_upload_url).toMatch(/^https:\/\/runops\.example\.com\/files\/tasks\//);
});

test('no page of another origin is given leave to read answers', async () => {
  await using plane = await testPlane();
  const preflight = await plane.admin.call('OPTIONS', '/v1/targets', undefined, {
    origin: 'https://evil.example',
  });
  expect(preflight.status).toBe(405);
  const answer = await plane.admin.call('GET', '/v1/targets', undefined, { origin: 'https://evil.example' });
  expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
});

test('a failure of the server itself is told to its operator, not to the caller', async () => {
  let calls = 0;
  const random = (size: number) => {
    calls += 1;
    if (calls > 3) throw new Error('no entropy in /dev/secret-place');
    return Buffer.alloc(size, calls);
  };
  await using plane = await testPlane({ random });
  const answer = await plane.admin.post('/v1/agents/token');
  expect(answer).toMatchObject({
    status: 500,
    body: { message: expect.stringContaining('The server failed') },
  });
  expect(answer.text).not.toContain('entropy');
  expect(plane.failures).toHaveLength(1);
});
