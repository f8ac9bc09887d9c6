import { expect, test } from 'vitest';
import { type TestPlane, testPlane } from './harness.ts';

const description = { version: '1.2.3', hostname: 'box', jwk_verify: false, capabilities: ['bash'] };

function register(plane: TestPlane, fields: object) {
  return plane.agent.post('/v1/agents', { ...description, ...fields });
}

test('registration answers the configuration of the agent', async () => {
  await using plane = await testPlane({ pollIntervalMs: 50, org: 'acme' });
  const answer = await register(plane, { instance: 'one', tags: '' });
  expect(answer).toMatchObject({ status: 200 });
  expect(answer.body).toEqual({ id: 'one', org: 'acme', poll_interval_ms: 50, webhook_extensions: true });
});

test('a second agent with the same tags is refused while the first is alive', async () => {
  await using plane = await testPlane();
  await register(plane, { instance: 'one', tags: 'eu' });
  await plane.clock.advance(10_000);
  await plane.agent.ready('eu');
  await plane.clock.advance(15_000);
  const refused = await register(plane, { instance: 'two', tags: 'eu' });
  expect(refused).toMatchObject({ status: 409, body: { message: expect.stringContaining('the tags eu') } });
  expect((await register(plane, { instance: 'two', tags: 'us' })).status).toBe(200);
  expect((await register(plane, { instance: 'two' })).status).toBe(200);
  expect((await register(plane, { instance: 'one', tags: 'eu' })).status).toBe(200);
  await plane.clock.advance(15_001);
  expect((await register(plane, { instance: 'two', tags: 'eu' })).status).toBe(200);
});

test('an agent is up for 15 seconds after its last poll, also when it never registered', async () => {
  await using plane = await testPlane();
  await register(plane, { instance: 'one', tags: 'eu' });
  await plane.agent.ready();
  const known = { subscription_name: 'box', tags: 'eu', app_version: '1.2.3' };
  const unknown = { subscription_name: 'unregistered', tags: null, app_version: null };
  expect((await plane.admin.get('/v1/agents')).list).toEqual([
    { ...known, status: 'UP' },
    { ...unknown, status: 'UP' },
  ]);
  await plane.clock.advance(15_001);
  await plane.agent.killRequested('eu');
  expect((await plane.admin.get('/v1/agents')).list).toEqual([
    { ...known, status: 'UP' },
    { ...unknown, status: 'DOWN' },
  ]);
});

test('a new agent token makes the one before worthless at once', async () => {
  await using plane = await testPlane();
  await register(plane, { instance: 'one' });
  const { status, body } = await plane.admin.post('/v1/agents/token');
  expect(status).toBe(201);
  expect(body.token).toMatch(/^runops_agent_[\w-]{43}$/);
  expect((await plane.agent.get('/v2/tasks?runner_provider=runops&status=ready')).status).toBe(401);
  expect((await plane.admin.get('/v1/agents')).list).toMatchObject([{ status: 'DOWN' }]);
  const renewed = plane.as(String(body.token));
  expect((await renewed.get('/v2/tasks?runner_provider=runops&status=ready')).status).toBe(200);
  const again = plane.as(plane.server.replaceAgentToken());
  expect((await renewed.get('/v2/tasks?runner_provider=runops&status=ready')).status).toBe(401);
  expect((await again.get('/v2/tasks?runner_provider=runops&status=ready')).status).toBe(200);
});

test('only administrators may make an agent token', async () => {
  await using plane = await testPlane();
  const user = await plane.user('dev', ['dev']);
  expect((await user.post('/v1/agents/token')).status).toBe(403);
  expect((await plane.agent.post('/v1/agents/token')).status).toBe(403);
});
