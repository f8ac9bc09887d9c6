import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryLedger } from '../../adapters/memory/ledger.ts';
import { whenWritten } from '../containers/runner/when-written.ts';
import { mariadbMissing, startMariadb } from '../support/mariadb.ts';
import { type Ran, runTask } from '../support/run-command.ts';
import { freePort, type TestDatabase } from '../support/server-process.ts';
import { runInRunner } from './run-in-runner.ts';

if (mariadbMissing) console.warn(`Tests of mysql are left out. ${mariadbMissing}`);

describe.skipIf(mariadbMissing)('mysql', () => {
  let server: TestDatabase | undefined;
  beforeAll(async () => {
    server = await startMariadb({ password: `p'a"s\\s $(x) \`y\` ü --` });
  }, 60_000);
  afterAll(() => server?.stop());

  const secret = (changes = {}) => ({
    MYSQL_HOST: server?.host ?? '',
    MYSQL_PORT: String(server?.port),
    MYSQL_USER: server?.user ?? '',
    MYSQL_PASS: server?.password ?? '',
    MYSQL_DB: server?.database ?? '',
    ...changes,
  });
  const query = (script: string, changes = {}): Promise<Ran> =>
    runTask({ type: 'mysql', script }, secret(changes));
  const csv = (script: string, changes = {}): Promise<Ran> =>
    runTask({ type: 'mysql-csv', script }, secret(changes));

  it('prints a header and rows between tabs, in UTF-8 of four bytes too', async () => {
    const ran = await query("select 1 as id, 'Zoë 🐘' as name union all select 2, null");
    expect(ran).toEqual({ exitCode: 0, stdout: 'id\tname\n1\tZoë 🐘\n2\tNULL\n', stderr: '' });
  });

  it('stops at the first error, with exit code 1 and the message on standard error', async () => {
    const ran = await query("select 'before'; select * from nowhere; select 'after'");
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toContain('before');
    expect(ran.stdout).not.toContain('after');
    expect(ran.stderr).toContain("Table 'shop.nowhere' doesn't exist");
  });

  it('uses the port also for localhost', async () => {
    expect(await query('select 1 as a', { MYSQL_HOST: 'localhost' })).toMatchObject({ stdout: 'a\n1\n' });
  });

  it('keeps comments where PRESERVE_COMMENTS is true, and else not', async () => {
    const script =
      "select info like '%a note%' as kept /* a note */ from information_schema.processlist" +
      ' where id = connection_id()';
    expect((await query(script, { PRESERVE_COMMENTS: 'true' })).stdout).toBe('kept\n1\n');
    const without = script.replace("'%a note%'", "concat('%a', ' note%')");
    expect((await query(without)).stdout).toBe('kept\n0\n');
  });

  it.for(['MYSQL_HOST', 'MYSQL_USER', 'MYSQL_DB', 'MYSQL_PORT'])('takes no option from %s', async (key) => {
    const ran = await query('select 1', { [key]: '-eselect 666' });
    expect(ran.exitCode).not.toBe(0);
    expect(ran.stdout).toBe('');
  });

  it('runs a script of 20 MB', async () => {
    const ran = await query(`${'-- a comment that nobody reads\n'.repeat(670_000)}select 1 as a`);
    expect(ran).toMatchObject({ exitCode: 0, stdout: 'a\n1\n' });
  }, 60_000);

  it('writes CSV with quotes where they are needed, and nothing but CSV', async () => {
    const ran = await csv(`
      create temporary table t (id int, note text);
      insert into t values (1, 'plain'), (2, 'a "quote", a comma'), (3, 'two\\nlines'), (4, null),
        (5, 'tab\\tback\\\\slash \\\\n'), (6, 'é🐘'), (7, ''), (8, 'cr\\r'),
        (9, 'NULL');
      select * from t order by id;`);
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ran.stdout).toBe(
      'id,note\n1,plain\n2,"a ""quote"", a comma"\n3,"two\nlines"\n4,\n' +
        '5,tab\tback\\slash \\n\n6,é🐘\n7,""\n8,"cr\r"\n9,NULL\n',
    );
  });

  it('leaves a header as it is, which the client does not escape', async () => {
    expect((await csv('select 1 as `C:\\new`, 2 as `a,b`')).stdout).toBe('C:\\new,"a,b"\n1,2\n');
  });

  it('writes CSV with another separator', async () => {
    expect((await csv("select 1 as a, 'x;y' as b", { FIELD_SEPARATOR: ';' })).stdout).toBe('a;b\n1;"x;y"\n');
  });

  it('writes a large result whole', async () => {
    const ran = await csv("select seq, repeat('ab\"\\n', 20) as t from seq_1_to_50000");
    const row = (n: number) => `${n},"${'ab""\n'.repeat(20)}"\n`;
    expect(ran.stdout.length).toBe(
      'seq,t\n'.length + range(50_000).reduce((sum, n) => sum + row(n).length, 0),
    );
    expect(ran.stdout.endsWith(row(50_000))).toBe(true);
  }, 30_000);

  describe.each(['mysql', 'mysql-csv'])('by %s, in the runner', (type) => {
    const run = (script: string, changes = {}, more = {}) =>
      runInRunner({ type, script }, secret(changes), more);

    it('takes quotes, line breaks and Unicode as they are', async () => {
      const text = `it's "$(id)" \`id\` {{ .x }}\n-- é 🐘`;
      const ran = await run(`select '${text.replaceAll("'", "''")}'\n  as \`Zoë\`\n`);
      expect(ran).toMatchObject({ exitCode: 0, reason: 'exited', stderr: '' });
      const field = type === 'mysql' ? text.replace('\n', '\\n') : `"${text.replaceAll('"', '""')}"`;
      expect(ran.stdout).toBe(`Zoë\n${field}\n`);
    });

    it('says that the password is wrong', async () => {
      const ran = await run('select 1', { MYSQL_PASS: 'wrong-password' });
      expect(ran).toMatchObject({ exitCode: 1, reason: 'exited', stdout: '' });
      expect(ran.stderr).toContain("Access denied for user 'runops'");
      expect(ran.stderr).not.toContain('wrong-password');
    });

    it('says that nobody answers', async () => {
      const ran = await run('select 1', { MYSQL_PORT: String(await freePort()) });
      expect(ran).toMatchObject({ exitCode: 1, reason: 'exited', stdout: '' });
      expect(ran.stderr).toContain("Can't connect to server on '127.0.0.1'");
    });

    it('prints 20 MB', async () => {
      const ran = await run("select repeat('x', 999) as a from seq_1_to_20000");
      expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
      expect(ran.stdout === `a\n${`${'x'.repeat(999)}\n`.repeat(20_000)}`).toBe(true);
    }, 60_000);

    it('ends when it is killed, with what was printed', async () => {
      const kill = new AbortController();
      const ledger = memoryLedger();
      const written = whenWritten(ledger, /here/);
      const running = run("select 'here' as a; select sleep(600)", {}, { kill: kill.signal, ledger });
      await written;
      kill.abort();
      expect(await running).toMatchObject({ reason: 'killed', stdout: 'a\nhere\n' });
    });
  });
});

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
