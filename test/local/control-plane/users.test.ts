import { expect, test } from 'vitest';
import { testPlane } from './harness.ts';

test('a new user has a token, shown once, and knows who they are', async () => {
  await using plane = await testPlane({ org: 'acme' });
  const { status, body } = await plane.admin.post('/v1/users', {
    name: 'Dev',
    email: 'dev@example.com',
    groups: ['dev'],
  });
  expect(status).toBe(201);
  expect(body).toMatchObject({ email: 'dev@example.com', name: 'Dev', status: 'active', groups: ['dev'] });
  expect(body.token).toMatch(/^runops_user_[\w-]{43}$/);
  expect((await plane.as(String(body.token)).get('/v1/userinfo')).body).toEqual({
    id: body.id,
    email: 'dev@example.com',
    name: 'Dev',
    groups: ['dev'],
    admin: false,
    org: 'acme',
  });
  expect((await plane.admin.get('/v1/users')).list).toMatchObject([{ id: 1 }, { email: 'dev@example.com' }]);
  expect((await plane.admin.get('/v1/users')).text).not.toContain('runops_user_');
});

test('a lost token is replaced, and an inactive user is refused at once', async () => {
  await using plane = await testPlane();
  const { body } = await plane.admin.post('/v1/users', { email: 'dev@example.com' });
  const first = plane.as(String(body.token));
  const replaced = await plane.admin.post(`/v1/users/${body.id}/token`);
  expect(replaced.status).toBe(201);
  expect((await first.get('/v1/userinfo')).status).toBe(401);
  const second = plane.as(String(replaced.body.token));
  expect((await second.get('/v1/templates')).list).toEqual([]);
  await plane.admin.put(`/v1/users/${body.id}`, { status: 'inactive' });
  expect((await second.get('/v1/userinfo')).status).toBe(401);
  await plane.admin.put(`/v1/users/${body.id}`, { status: 'active', groups: ['admin'] });
  expect((await second.get('/v1/users')).status).toBe(200);
});

test('an e-mail belongs to one user, whatever its letters’ case', async () => {
  await using plane = await testPlane();
  await plane.admin.post('/v1/users', { email: 'dev@example.com' });
  const { body } = await plane.admin.post('/v1/users', { email: 'ops@example.com' });
  expect((await plane.admin.post('/v1/users', { email: 'Dev@Example.com' })).status).toBe(409);
  expect((await plane.admin.put(`/v1/users/${body.id}`, { email: 'dev@example.com' })).status).toBe(409);
  expect((await plane.admin.put(`/v1/users/${body.id}`, { email: 'sre@example.com' })).status).toBe(200);
  expect((await plane.admin.put('/v1/users/99', {})).status).toBe(404);
  for (const fields of [
    { email: 'x' },
    { email: 'a@b.c', groups: ['a,b'] },
    { email: 'a@b.c', status: 'gone' },
  ]) {
    expect((await plane.admin.post('/v1/users', fields)).status).toBe(400);
  }
});

test('only administrators keep users, and none can lock themselves out', async () => {
  await using plane = await testPlane();
  const dev = await plane.user('dev', ['dev']);
  expect((await dev.get('/v1/users')).status).toBe(403);
  expect((await dev.post('/v1/users', { email: 'me@example.com', groups: ['admin'] })).status).toBe(403);
  expect((await dev.post('/v1/users/1/token')).status).toBe(403);
  expect((await plane.admin.put('/v1/users/1', { groups: [] })).status).toBe(409);
  expect((await plane.admin.put('/v1/users/1', { status: 'inactive' })).status).toBe(409);
});
