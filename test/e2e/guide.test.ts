import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mariadbMissing, startMariadb } from '../support/mariadb.ts';
import { postgresMissing, startPostgres } from '../support/postgres.ts';
import type { TestDatabase } from '../support/server-process.ts';
import { startEverything } from './start-process.ts';

/** The story of the agent guide, with its own commands: a secret in a variable, a target, a task. */
type Everything = Awaited<ReturnType<typeof startEverything>>;

describe.skipIf(mariadbMissing)('the guide, with MariaDB', () => {
  let database: TestDatabase | undefined;
  let all: Everything;
  beforeAll(async () => {
    database = await startMariadb();
    all = await startEverything({
      MY_TARGET: JSON.stringify({
        MYSQL_HOST: database?.host,
        MYSQL_PORT: database?.port,
        MYSQL_USER: database?.user,
        MYSQL_PASS: database?.password,
        MYSQL_DB: database?.database,
      }),
    });
    const target = ['--name', 'demo-db', '--type', 'mysql', '--secret_provider', 'env-var'];
    expect(await all.runops('targets', 'create', ...target, '--secret_path', 'MY_TARGET')).toMatchObject({
      code: 0,
    });
  });
  afterAll(async () => {
    expect(await all.stop()).toBe(0);
    await database?.stop();
  });

  it('leads from a target to a result', async () => {
    const task = await all.runops('tasks', 'create', '-t', 'demo-db', '-s', 'select 1');
    expect(task).toMatchObject({ code: 0, stdout: '1\n1\n' });
  });

  it('tells a failure by its exit code, and shows what the database said', async () => {
    const task = await all.runops('tasks', 'create', '-t', 'demo-db', '-s', 'select * from nowhere');
    expect(task.code).toBe(1);
    expect(task.stdout).toMatch(/doesn't exist/);
    expect(task.stdout).not.toContain(database?.password);
  });

  it('redacts what the database knows of people', async () => {
    const script = `select concat('gary.duck', '@', 'example.com') as email`;
    const task = await all.runops('tasks', 'create', '-t', 'demo-db', '-s', script);
    expect(task).toMatchObject({ code: 0, stdout: 'email\n[EMAIL_ADDRESS]\n' });
  });
});

describe.skipIf(postgresMissing)('the guide, with PostgreSQL and keys of another name', () => {
  let database: TestDatabase | undefined;
  let all: Everything;
  beforeAll(async () => {
    database = await startPostgres();
    all = await startEverything({
      PG_PRODUCTION: JSON.stringify({
        DB_HOSTNAME: database?.host,
        PG_PORT: database?.port,
        PG_USER: database?.user,
        PG_PASS: database?.password,
        PG_DB: database?.database,
      }),
    });
  });
  afterAll(async () => {
    expect(await all.stop()).toBe(0);
    await database?.stop();
  });

  it('maps them', async () => {
    const target = ['--name', 'pg', '--type', 'postgres-csv', '--secret_provider', 'env-var'];
    const mapping = ['--secret_mapping', '{"PG_HOST": "DB_HOSTNAME"}'];
    const created = await all.runops(
      'targets',
      'create',
      ...target,
      '--secret_path',
      'PG_PRODUCTION',
      ...mapping,
    );
    expect(created.code).toBe(0);
    const task = await all.runops('tasks', 'create', '-t', 'pg', '-s', `select 1 as id, 'a, "b"' as text`);
    expect(task).toMatchObject({ code: 0, stdout: 'id,text\n1,"a, ""b"""\n' });
  });
});
