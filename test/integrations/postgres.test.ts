import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryLedger } from '../../adapters/memory/ledger.ts';
import { whenWritten } from '../containers/runner/when-written.ts';
import { postgresMissing, startPostgres } from '../support/postgres.ts';
import { type Ran, runTask } from '../support/run-command.ts';
import { databaseKeys, freePort, type TestDatabase } from '../support/server-process.ts';
import { runInRunner } from './run-in-runner.ts';

if (postgresMissing) console.warn(`Tests of postgres are left out. ${postgresMissing}`);

describe.skipIf(postgresMissing)('postgres', () => {
  let server: TestDatabase | undefined;
  beforeAll(async () => {
    server = await startPostgres({ password: `p'a"s\\s $(x) \`y\` ü --` });
  }, 60_000);
  afterAll(() => server?.stop());

  const secret = (changes = {}) => ({
    ...databaseKeys('PG', server),
    ...changes,
  });
  const query = (script: string, changes = {}): Promise<Ran> =>
    runTask({ type: 'postgres', script }, secret(changes));
  const csv = (script: string, changes = {}): Promise<Ran> =>
    runTask({ type: 'postgres-csv', script }, secret(changes));

  it('prints a header, rows between tabs and their number', async () => {
    const ran = await query("select 1 as id, 'Zoë 🐘' as name union all select 2, null order by 1");
    expect(ran).toEqual({ exitCode: 0, stdout: 'id\tname\n1\tZoë 🐘\n2\t\n(2 rows)\n', stderr: '' });
  });

  it('takes another separator, and "\\t" for a tab', async () => {
    expect((await query('select 1 as a, 2 as b', { FIELD_SEPARATOR: '|' })).stdout).toContain('1|2\n');
    expect((await query('select 1 as a, 2 as b', { FIELD_SEPARATOR: '\\t' })).stdout).toContain('1\t2\n');
    expect((await query('select 1 as a, 2 as b', { FIELD_SEPARATOR: '-c' })).stdout).toContain('1-c2\n');
  });

  it('stops at the first error, with the exit code of psql and the message on standard error', async () => {
    const ran = await query("select 'before'; select * from nowhere; select 'after'");
    expect(ran.exitCode).toBe(3);
    expect(ran.stdout).toContain('before');
    expect(ran.stdout).not.toContain('after');
    expect(ran.stderr).toContain('relation "nowhere" does not exist');
  });

  it('fails at once on a wrong password, without asking for another', async () => {
    const ran = await query('select 1', { PG_PASS: 'wrong-password' });
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain('password authentication failed for user "runops"');
    expect(ran.stderr).not.toContain('wrong-password');
  });

  it('runs a script with its own data and client commands', async () => {
    const script =
      'create temp table t (a int, b text);\ncopy t from stdin;\n1\tone\n2\ttwo\n\\.\n\\x on\ntable t;\n';
    const ran = await query(script);
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ran.stdout).toContain('a\t2\nb\ttwo\n');
  });

  it('leaves braces in a script alone', async () => {
    expect((await query(`select '{{ PG_PASS }}' as a`)).stdout).toBe('a\n{{ PG_PASS }}\n(1 row)\n');
  });

  it('passes the settings of libpq', async () => {
    const ran = await query('show application_name; show work_mem', {
      PGAPPNAME: 'runops',
      PGOPTIONS: '-c work_mem=7MB',
    });
    expect(ran.stdout).toContain('runops\n');
    expect(ran.stdout).toContain('7MB\n');
  });

  it.for(['PG_HOST', 'PG_USER', 'PG_DB', 'PG_PORT'])('takes no option from %s', async (key) => {
    const ran = await query('select 1', { [key]: '-cselect 666' });
    expect(ran.exitCode).toBe(2);
    expect(ran.stdout).toBe('');
  });

  it('runs a script of 20 MB', async () => {
    const ran = await query(`${'-- a comment that nobody reads\n'.repeat(670_000)}select 1 as a`);
    expect(ran).toMatchObject({ exitCode: 0, stdout: 'a\n1\n(1 row)\n' });
  }, 60_000);

  it('writes CSV with quotes where they are needed, and nothing but CSV', async () => {
    const ran = await csv(`
      create temp table t (id int, note text);
      insert into t values (1, 'plain'), (2, 'a "quote", a comma'), (3, E'two\\nlines'), (4, null), (5, 'é🐘');
      select * from t order by id;`);
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ran.stdout).toBe('id,note\n1,plain\n2,"a ""quote"", a comma"\n3,"two\nlines"\n4,\n5,é🐘\n');
  });

  it('writes CSV with another separator', async () => {
    expect((await csv("select 1 as a, 'x;y,z' as b", { FIELD_SEPARATOR: ';' })).stdout).toBe(
      'a;b\n1;"x;y,z"\n',
    );
    expect((await csv('select 1 as a, 2 as b', { FIELD_SEPARATOR: '\\t' })).stdout).toBe('a\tb\n1\t2\n');
  });

  describe.each(['postgres', 'postgres-csv'])('by %s, in the runner', (type) => {
    const run = (script: string, changes = {}, more = {}) =>
      runInRunner({ type, script }, secret(changes), more);
    const count = (rows: number) => (type === 'postgres' ? `(${rows} row${rows === 1 ? '' : 's'})\n` : '');

    it('takes quotes, line breaks and Unicode as they are', async () => {
      const text = `it's "$(id)" \`id\` {{ .x }} \\n\n-- é 🐘`;
      const ran = await run(`select '${text.replaceAll("'", "''")}'\n  as "Zoë"\n`);
      expect(ran).toMatchObject({ exitCode: 0, reason: 'exited', stderr: '' });
      const field = type === 'postgres' ? text : `"${text.replaceAll('"', '""')}"`;
      expect(ran.stdout).toBe(`Zoë\n${field}\n${count(1)}`);
    });

    it('says that the password is wrong', async () => {
      const ran = await run('select 1', { PG_PASS: 'wrong-password' });
      expect(ran).toMatchObject({ exitCode: 2, reason: 'exited', stdout: '' });
      expect(ran.stderr).toContain('password authentication failed for user "runops"');
      expect(ran.stderr).not.toContain('wrong-password');
    });

    it('says that nobody answers', async () => {
      const ran = await run('select 1', { PG_PORT: String(await freePort()) });
      expect(ran).toMatchObject({ exitCode: 2, reason: 'exited', stdout: '' });
      expect(ran.stderr).toContain('Connection refused');
    });

    it('prints 20 MB', async () => {
      const ran = await run("select repeat('x', 99999) as a from generate_series(1, 200)");
      expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
      expect(ran.stdout === `a\n${`${'x'.repeat(99_999)}\n`.repeat(200)}${count(200)}`).toBe(true);
    }, 60_000);

    it('ends when it is killed, with what was printed', async () => {
      const kill = new AbortController();
      const ledger = memoryLedger();
      const written = whenWritten(ledger, /here/);
      const running = run("select 'here' as a; select pg_sleep(600)", {}, { kill: kill.signal, ledger });
      await written;
      kill.abort();
      expect(await running).toMatchObject({ reason: 'killed', stdout: `a\nhere\n${count(1)}` });
    });
  });
});
