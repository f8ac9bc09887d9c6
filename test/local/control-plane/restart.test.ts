import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { type TestPlane, temporaryFolder, testPlane } from './harness.ts';

async function restarted(plane: TestPlane, database: string) {
  await plane.server.close();
  const next = await testPlane({ database });
  return { next, admin: next.as(plane.adminToken), agent: next.as(plane.agentToken) };
}

test('a restart keeps everything: tokens, targets, tasks, results, logs and their order', async () => {
  await using folder = await temporaryFolder();
  const database = join(folder.path, 'data', 'plane.db');
  const plane = await testPlane({ database });
  await plane.target({ tags: 'eu' });
  const [big, running, ready] = await Promise.all([1, 2, 3].map(() => plane.admin.task('bash-here')));
  await plane.agent.lock(big?.id);
  await plane.agent.report(big?.id, { logs: 'x'.repeat(200_000) });
  const { body } = await plane.agent.lock(running?.id);
  await plane.admin.post(`/v1/tasks/${running?.id}/kill`);

  const { next, admin, agent } = await restarted(plane, database);
  await using _ = next;
  expect(next.adminToken + next.agentToken).toBe('');
  const { logs_url: url } = (await admin.get(`/v1/tasks/${big?.id}/logs`)).body;
  expect(await (await fetch(String(url))).text()).toHaveLength(200_000);
  expect((await agent.report(big?.id, { logs: 'x'.repeat(200_000) })).status).toBe(200);
  expect((await agent.report(big?.id)).status).toBe(409);
  expect(await agent.killRequested('eu')).toMatchObject([{ id: running?.id }]);
  const { pathname, search } = new URL(String(body.pre_signed_upload_url));
  expect((await next.as('').call('PUT', pathname + search, 'log')).status).toBe(200);
  expect(await agent.ready('eu')).toMatchObject([{ id: ready?.id }]);
  expect((await admin.task('bash-here')).id).toBe(Number(ready?.id) + 1);
});

test('the first id of a new database is the time of its making, so that ids do not repeat', async () => {
  await using plane = await testPlane();
  await plane.target({});
  const { id } = await plane.admin.task('bash-here');
  expect(id).toBe((Date.UTC(2026, 5, 1) - Date.UTC(2020, 0, 1)) / 1000 + 1);
  expect(id).toBeLessThan(2 ** 31);
});

test('a database is for one server at a time, and free when that one has closed', async () => {
  await using folder = await temporaryFolder();
  const database = join(folder.path, 'plane.db');
  const plane = await testPlane({ database });
  await expect(testPlane({ database })).rejects.toThrow(/in use by another server/);
  await plane.server.close();
  await using again = await testPlane({ database });
  expect((await again.as(plane.adminToken).get('/v1/userinfo')).status).toBe(200);
});

test('a start that fails gives no tokens away: the next one has them', async () => {
  await using folder = await temporaryFolder();
  await using other = await testPlane();
  const database = join(folder.path, 'plane.db');
  await expect(testPlane({ database, port: other.server.port })).rejects.toThrow(
    /in use by another program.*RUNOPS_PORT/,
  );
  await using plane = await testPlane({ database });
  expect((await plane.admin.get('/v1/userinfo')).status).toBe(200);
});

test('an administrator who lost the token is given a new one by who runs the server', async () => {
  await using plane = await testPlane();
  expect(plane.server.isKnown(plane.adminToken)).toBe(true);
  const renewed = plane.as(plane.server.replaceAdminToken());
  expect(plane.server.isKnown(plane.adminToken)).toBe(false);
  expect((await plane.admin.get('/v1/userinfo')).status).toBe(401);
  expect((await renewed.get('/v1/userinfo')).body).toMatchObject({ admin: true });
});

test('a database of a newer program is left alone', async () => {
  await using folder = await temporaryFolder();
  const database = join(folder.path, 'plane.db');
  using db = new DatabaseSync(database);
  db.exec('pragma user_version = 99');
  db.close();
  await expect(testPlane({ database })).rejects.toThrow(/has version 99/);
});

test('files are for their owner only, and no token is in them', async () => {
  await using folder = await temporaryFolder();
  const database = join(folder.path, 'data', 'plane.db');
  await using plane = await testPlane({ database });
  await plane.target({});
  const { id } = await plane.admin.task('bash-here');
  await plane.agent.lock(id);
  await plane.agent.report(id, { logs: 'x'.repeat(200_000) });
  const data = join(folder.path, 'data');
  const names = await readdir(data, { recursive: true });
  expect(names.toSorted()).toEqual(expect.arrayContaining(['plane.db', join('plane.db-logs', `${id}.log`)]));
  for (const name of names) {
    const found = await stat(join(data, name));
    expect(found.mode & 0o077, name).toBe(0);
    if (!found.isFile()) continue;
    const bytes = await readFile(join(data, name));
    expect(bytes.includes(plane.adminToken) || bytes.includes(plane.agentToken), name).toBe(false);
  }
});
