import { expect, test } from 'vitest';
import { testPlane } from './harness.ts';

test('a target has its defaults, and its inline secret is never read back', async () => {
  await using plane = await testPlane();
  const created = await plane.target({ name: 'db', config: '{"PG_PASS":"hunter2"}', message: '' });
  expect(created.status).toBe(201);
  expect(created.body).toEqual({
    name: 'db',
    message: null,
    type: 'bash',
    status: 'active',
    tags: null,
    redact: 'all',
    review_type: 'none',
    reviewers: null,
    channel_name: null,
    groups: null,
    secret_provider: null,
    secret_path: null,
    secret_mapping: null,
    override_type: false,
    templates_only: false,
    custom_command: null,
    created: '2026-06-01T00:00:00.000Z',
  });
  for (const path of ['/v1/targets', '/v1/targets/db']) {
    expect((await plane.admin.get(path)).text).not.toContain('hunter2');
  }
});

test('an update changes the fields that it names, and keeps the inline secret', async () => {
  await using plane = await testPlane();
  await plane.target({
    name: 'db',
    config: '{"A":"1"}',
    tags: 'eu',
    review_type: 'team',
    reviewers: 'DBA,SRE',
  });
  const { status, body } = await plane.admin.put('/v1/targets', { name: 'db', tags: '', type: 'postgres' });
  expect(status).toBe(200);
  expect(body).toMatchObject({ type: 'postgres', tags: null, review_type: 'team', reviewers: 'DBA,SRE' });
  await plane.admin.put('/v1/targets', { name: 'db', redact: 'none', review_type: 'none' });
  expect((await plane.admin.put('/v1/targets', { name: 'db', redact: null })).body.redact).toBe('all');
  await plane.admin.task('db');
  expect(await plane.agent.ready()).toMatchObject([{ config: '{"A":"1"}', type: 'postgres' }]);
});

test('targets are listed by status and type, and toggled with an update', async () => {
  await using plane = await testPlane();
  await plane.target({ name: 'a' });
  await plane.target({ name: 'b', type: 'postgres' });
  await plane.admin.put('/v1/targets', { name: 'a', status: 'inactive' });
  const names = async (query: string) =>
    (await plane.admin.get(`/v1/targets?${query}`)).list.map(({ name }) => name);
  expect(await names('')).toEqual(['a', 'b']);
  expect(await names('status=active')).toEqual(['b']);
  expect(await names('status=inactive')).toEqual(['a']);
  expect(await names('status=all&type=bash')).toEqual(['a']);
  expect(await names('limit=1&start=1')).toEqual(['b']);
  const refused = await plane.admin.post('/v1/tasks', { target: 'a', script: '' });
  expect(refused).toMatchObject({ status: 400, body: { message: expect.stringContaining('inactive') } });
});

test.for([
  [{ name: 'has space' }, /^name: must be 1 to 200 characters without spaces/],
  [{ name: '' }, /^name: /],
  [{ type: 'cobol' }, /^type: must be one of bash, ecs-exec, elixir,.* rails-console-k8s, sql-server$/],
  [{ secret_mapping: 'PG_HOST=X' }, /^secret_mapping: must be the text of a JSON object/],
  [{ secret_mapping: '["PG_HOST"]' }, /^secret_mapping: must be the text of a JSON object/],
  [{ config: '"text"' }, /^config: must be the text of a JSON object/],
  [{ tags: 'a b' }, /^tags: /],
  [{ redact: 'some' }, /^redact: must be all or none$/],
  [{ review_type: 'two' }, /^review_type: must be none, anyone or team$/],
  [{ review_type: 'team' }, /^reviewers: must name the groups/],
  [{ review_type: 'team', reviewers: 'a, b c' }, /^reviewers\.1: /],
  [{ groups: 'dev' }, /^groups: /],
] as const)('%o is refused with what is allowed', async ([fields, message]) => {
  await using plane = await testPlane();
  const answer = await plane.target(fields);
  expect(answer).toMatchObject({ status: 400, body: { message: expect.stringMatching(message) } });
  expect((await plane.admin.get('/v1/targets')).list).toEqual([]);
});

test('a name is taken once, and an unknown one cannot be updated', async () => {
  await using plane = await testPlane();
  await plane.target({});
  expect((await plane.target({})).status).toBe(409);
  expect((await plane.admin.put('/v1/targets', { name: 'nothing' })).status).toBe(404);
});

test('names and queries that look like SQL are only text', async () => {
  await using plane = await testPlane();
  const name = "x');drop/**/table/**/targets;--";
  expect((await plane.target({ name })).status).toBe(201);
  expect((await plane.admin.get(`/v1/targets/${encodeURIComponent(name)}`)).body.name).toBe(name);
  expect((await plane.admin.get(`/v1/targets?type=${encodeURIComponent("' or '1'='1")}`)).list).toEqual([]);
  const { id } = await plane.admin.task(name, { script: "'; drop table tasks; --" });
  const query = encodeURIComponent("' or 1=1 --");
  expect((await plane.admin.get(`/v1/tasks?target=${query}&type=${query}`)).list).toEqual([]);
  expect((await plane.agent.ready(query)).length).toBe(0);
  expect((await plane.admin.get(`/v1/tasks/${id}`)).body.script).toBe("'; drop table tasks; --");
});

test('users see the targets and tasks of their groups; administrators see all', async () => {
  await using plane = await testPlane();
  await plane.target({ name: 'open' });
  await plane.target({ name: 'dev-only', groups: ['dev', 'qa'] });
  await plane.target({ name: 'nobody', groups: [] });
  const dev = await plane.user('dev', ['dev']);
  const ops = await plane.user('ops', ['ops']);
  const names = async (client: typeof dev) => (await client.get('/v1/targets')).list.map(({ name }) => name);
  expect(await names(dev)).toEqual(['dev-only', 'open']);
  expect(await names(ops)).toEqual(['open']);
  expect(await names(plane.admin)).toEqual(['dev-only', 'nobody', 'open']);
  expect((await ops.get('/v1/targets/dev-only')).status).toBe(404);
  expect((await ops.post('/v1/tasks', { target: 'dev-only', script: 'x' })).status).toBe(404);

  const { id } = await dev.task('dev-only');
  for (const path of ['', '/logs', '/progress', '/kill', '/runs', '/reviews']) {
    const method = ['/kill', '/runs', '/reviews'].includes(path) ? 'POST' : 'GET';
    const body = path === '/reviews' ? { status: 'approved' } : undefined;
    expect((await ops.call(method, `/v1/tasks/${id}${path}`, body)).status, path).toBe(404);
  }
  expect((await ops.get('/v1/tasks')).list).toEqual([]);
  expect((await ops.get('/v1/tasks/search')).body).toEqual({ data: [], total: 0 });
  expect((await dev.get('/v1/tasks')).list).toHaveLength(1);
  expect((await plane.admin.get('/v1/tasks')).list).toHaveLength(1);
});

test('only administrators change targets', async () => {
  await using plane = await testPlane();
  const dev = await plane.user('dev', ['dev']);
  expect((await dev.post('/v1/targets', { name: 'mine', type: 'bash' })).status).toBe(403);
  await plane.target({});
  expect((await dev.put('/v1/targets', { name: 'bash-here', redact: 'none' })).status).toBe(403);
});
