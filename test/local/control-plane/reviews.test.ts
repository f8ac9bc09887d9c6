import { expect, test } from 'vitest';
import { testPlane } from './harness.ts';

const approved = { status: 'approved' };

test('with review anyone, somebody else approves, then the user runs it', async () => {
  await using plane = await testPlane();
  await plane.target({ review_type: 'anyone' });
  const [owner, other] = [await plane.user('owner'), await plane.user('other')];
  const asked = await owner.post('/v1/tasks', { target: 'bash-here', script: 'x' });
  expect(asked).toMatchObject({ status: 201, body: { status: 'pending-review' } });
  const path = `/v1/tasks/${asked.body.id}`;
  expect(asked.body.reviews).toMatchObject([{ group: 'anyone', status: 'pending-review' }]);
  expect((await other.get('/v1/reviews?status=pending-review')).list).toMatchObject([
    { id: asked.body.id, task_owner: { email: 'owner@example.com' } },
  ]);
  expect((await owner.post(`${path}/reviews`, approved)).status).toBe(403);
  expect((await owner.post(`${path}/runs`)).status).toBe(409);
  expect((await other.post(`${path}/reviews`, { ...approved, group: 'anyone' })).body.status).toBe(
    'approved',
  );
  expect(await plane.agent.ready()).toEqual([]);
  expect((await plane.agent.lock(asked.body.id)).status).toBe(404);
  expect((await other.post(`${path}/runs`)).status).toBe(403);

  const run = owner.post(`${path}/runs`);
  await plane.clock.asleep();
  expect(await plane.agent.ready()).toMatchObject([{ id: asked.body.id }]);
  await plane.agent.lock(asked.body.id);
  await plane.agent.report(asked.body.id);
  expect(await run).toMatchObject({ status: 201, body: { status: 'success', task_logs: 'done\n' } });
  expect((await owner.post(`${path}/runs`)).status).toBe(409);
});

test('with review team, one member of each group has to approve', async () => {
  await using plane = await testPlane();
  await plane.target({ review_type: 'team', reviewers: 'DBA, SRE', groups: ['dev'] });
  const owner = await plane.user('owner', ['dev', 'DBA']);
  const dba = await plane.user('dba', ['DBA']);
  const sre = await plane.user('sre', ['SRE']);
  const dev = await plane.user('dev', ['dev']);
  const { id } = await owner.task('bash-here');
  const path = `/v1/tasks/${id}/reviews`;
  expect((await owner.post(path, { ...approved, group: 'DBA' })).status).toBe(403);
  expect((await dev.post(path, approved)).status).toBe(403);
  expect((await plane.admin.post(path, { ...approved, group: 'SRE' })).status).toBe(403);
  expect((await dba.post(path, { ...approved, group: 'SRE' })).body.message).toBe(
    'group: must be one of DBA',
  );
  expect((await dba.post(path, { ...approved, group: 'DBA' })).body).toMatchObject({
    status: 'pending-review',
    reviews: [
      { group: 'DBA', status: 'approved', created: '2026-06-01T00:00:00Z' },
      { group: 'SRE', status: 'pending-review' },
    ],
  });
  expect((await dba.post(path, { ...approved, group: 'DBA' })).status).toBe(409);
  expect((await sre.post(path, approved)).body.status).toBe('approved');
  expect((await sre.post(path, approved)).status).toBe(409);
});

test('one rejection ends the task, and its log says who', async () => {
  await using plane = await testPlane();
  await plane.target({ review_type: 'team', reviewers: 'DBA,SRE' });
  const owner = await plane.user('owner');
  const dba = await plane.user('dba', ['DBA']);
  const { id } = await owner.task('bash-here');
  expect((await dba.post(`/v1/tasks/${id}/reviews`, { status: 'rejected' })).body.status).toBe('rejected');
  expect((await owner.get(`/v1/tasks/${id}`)).body).toMatchObject({
    status: 'rejected',
    task_logs: 'The task was rejected by dba@example.com (DBA). It did not run.',
  });
  expect((await owner.get(`/v1/tasks/${id}/logs`)).status).toBe(200);
  expect((await owner.post(`/v1/tasks/${id}/runs`)).status).toBe(409);
});

test('with review anyone and named reviewers, only those are anyone', async () => {
  await using plane = await testPlane();
  await plane.target({ review_type: 'anyone', reviewers: 'SRE' });
  const [owner, other] = [await plane.user('owner'), await plane.user('other', ['dev'])];
  const sre = await plane.user('sre', ['SRE']);
  const { id } = await owner.task('bash-here');
  expect((await other.post(`/v1/tasks/${id}/reviews`, approved)).status).toBe(403);
  expect((await sre.post(`/v1/tasks/${id}/reviews`, approved)).body.status).toBe('approved');
});

test('a review is approved or rejected, of a task that needs one', async () => {
  await using plane = await testPlane();
  await plane.target({});
  const other = await plane.user('other');
  const { id } = await plane.admin.task('bash-here');
  expect((await other.post(`/v1/tasks/${id}/reviews`, { status: 'maybe' })).status).toBe(400);
  expect((await other.post(`/v1/tasks/${id}/reviews`, approved)).status).toBe(409);
  expect((await other.get(`/v1/reviews/${id}`)).status).toBe(404);
  expect((await other.get('/v1/reviews')).list).toEqual([]);
});
