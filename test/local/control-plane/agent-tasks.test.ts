import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { temporaryFolder, testPlane } from './harness.ts';

const jwt = 'eyJhbGciOiJFUzI1NiJ9.eyJlbWFpbCI6ImFAYiJ9.c2lnbmF0dXJl';

test('a ready task has exactly the fields that agents know, in snake_case', async () => {
  await using plane = await testPlane();
  await plane.target({
    name: 'read-db',
    type: 'postgres',
    secret_provider: 'runops',
    secret_path: 'prod/pg',
    secret_mapping: '{"PG_HOST":"PG_HOSTNAME"}',
    config: '{"PG_PASS":"x"}',
    custom_command: 'psql [[PG_HOST]]',
    redact: 'none',
  });
  const dba = await plane.user('dba', ['dba', 'sre']);
  const { id } = await dba.task('read-db', { script: 'select 1', message: 'why' });
  expect(await plane.agent.ready()).toEqual([
    {
      id,
      type: 'postgres',
      script: 'select 1',
      redact: 'none',
      target: 'read-db',
      description: 'why',
      user_email: 'dba@example.com',
      user_groups: 'dba,sre',
      secret_provider: 'runops',
      secret_path: 'prod/pg',
      secret_mapping: '{"PG_HOST":"PG_HOSTNAME"}',
      config: '{"PG_PASS":"x"}',
      custom_command: 'psql [[PG_HOST]]',
      hooks: null,
      token: null,
    },
  ]);
});

test('a user who comes with a verified JWT has it handed to the agent, and forgotten at the result', async () => {
  await using folder = await temporaryFolder();
  await using plane = await testPlane({
    database: `${folder.path}/plane.db`,
    verifyIdentity: async (token) => {
      if (token !== jwt) throw new Error('not signed here');
      return { email: 'Dba@example.com', expiresAt: 0 };
    },
  });
  await plane.target({});
  await plane.user('dba');
  const { id } = await plane.as(jwt).task('bash-here');
  expect(await plane.agent.ready()).toMatchObject([{ id, token: jwt, user_email: 'dba@example.com' }]);
  expect((await plane.as(`${jwt}x`).get('/v1/userinfo')).status).toBe(401);
  await plane.agent.lock(id);
  await plane.agent.report(id);
  await plane.server.close();
  using db = new DatabaseSync(`${folder.path}/plane.db`);
  expect(db.prepare('select token from tasks').all()).toEqual([{ token: null }]);
});

test('tags route: with tags only their tasks, without tags only tasks of targets without any', async () => {
  await using plane = await testPlane();
  await plane.target({ name: 'plain' });
  await plane.target({ name: 'tagged', tags: 'eu' });
  const plain = await plane.admin.task('plain');
  const tagged = await plane.admin.task('tagged');
  expect((await plane.agent.ready()).map(({ id }) => id)).toEqual([plain.id]);
  expect((await plane.agent.ready('eu')).map(({ id }) => id)).toEqual([tagged.id]);
  expect(await plane.agent.ready('us')).toEqual([]);
});

test('of many agents that lock at once, exactly one is granted the task', async () => {
  await using plane = await testPlane();
  await plane.target({});
  const { id } = await plane.admin.task('bash-here');
  const answers = await Promise.all(Array.from({ length: 20 }, () => plane.agent.lock(id)));
  const granted = answers.filter(({ status }) => status === 200);
  expect(granted).toHaveLength(1);
  expect(granted[0]?.body.pre_signed_upload_url).toMatch(`${plane.server.url}/files/tasks/${id}/log?`);
  for (const answer of answers.filter((each) => each !== granted[0])) {
    expect(answer).toMatchObject({
      status: 404,
      body: { message: expect.stringMatching(/^task not found/) },
    });
  }
  expect(await plane.agent.ready()).toEqual([]);
  expect((await plane.admin.get(`/v1/tasks/${id}`)).body.status).toBe('running');
});

test('a lock whose answer was lost is granted again to the same key, and to no other', async () => {
  await using plane = await testPlane();
  await plane.target({});
  const { id } = await plane.admin.task('bash-here');
  const lock = (key: string) =>
    plane.agent.call('POST', `/v1/tasks/${id}/lock`, undefined, { 'idempotency-key': key });
  expect((await lock('"one"')).status).toBe(200);
  expect((await lock('"two"')).status).toBe(404);
  expect((await lock('"one"')).status).toBe(200);
  expect((await plane.agent.post(`/v1/tasks/${id}/lock`)).status).toBe(404);
});

test('tasks of a target or a user that was switched off are not handed out', async () => {
  await using plane = await testPlane();
  await plane.target({});
  const user = await plane.user('dev');
  const { id, user_id: userId } = await user.task('bash-here');
  await plane.admin.put('/v1/targets', { name: 'bash-here', status: 'inactive' });
  expect(await plane.agent.ready()).toEqual([]);
  expect((await plane.agent.lock(id)).status).toBe(404);
  await plane.admin.put('/v1/targets', { name: 'bash-here', status: 'active' });
  await plane.admin.put(`/v1/users/${userId}`, { status: 'inactive' });
  expect(await plane.agent.ready()).toEqual([]);
  expect((await plane.agent.lock(id)).status).toBe(404);
  await plane.admin.put(`/v1/users/${userId}`, { status: 'active' });
  expect((await plane.agent.lock(id)).status).toBe(200);
});

test('one answer stays below what an agent reads: large scripts come a few at a time', async () => {
  await using plane = await testPlane();
  await plane.target({});
  const script = 'x'.repeat(22 * 1024 * 1024);
  const ids = [];
  for (let count = 0; count < 3; count++) ids.push((await plane.admin.task('bash-here', { script })).id);
  expect((await plane.agent.ready()).map(({ id }) => id)).toEqual(ids.slice(0, 2));
  await plane.agent.lock(ids[0]);
  expect((await plane.agent.ready()).map(({ id }) => id)).toEqual(ids.slice(1));
});

test('a task that runs is listed for its kill until its result has come', async () => {
  await using plane = await testPlane();
  await plane.target({ tags: 'eu' });
  const { id } = await plane.admin.task('bash-here');
  await plane.agent.lock(id);
  expect(await plane.agent.killRequested('eu')).toEqual([]);
  expect((await plane.admin.post(`/v1/tasks/${id}/kill`)).status).toBe(202);
  expect((await plane.admin.post(`/v1/tasks/${id}/kill`)).status).toBe(202);
  expect(await plane.agent.killRequested('eu')).toEqual([{ id, type: 'bash', target: 'bash-here' }]);
  expect(await plane.agent.killRequested()).toEqual([]);
  await plane.agent.report(id, { status: 'failure', logs: 'killed', reason: 'killed' });
  expect(await plane.agent.killRequested('eu')).toEqual([]);
  expect((await plane.admin.get(`/v1/tasks/${id}`)).body).toMatchObject({
    status: 'failure',
    reason: 'killed',
    exit_code: null,
  });
});

test('a poll for another status is refused with what is allowed', async () => {
  await using plane = await testPlane();
  const answer = await plane.agent.get('/v2/tasks?runner_provider=runops&status=done');
  expect(answer).toMatchObject({ status: 400, body: { message: 'status: must be ready or kill-requested' } });
  expect((await plane.agent.get('/v2/tasks?runner_provider=other&status=ready')).list).toEqual([]);
});
