import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAuthority, createCertificate } from '../support/certificates.ts';
import { startSqlServer } from '../support/fake-sql-server.ts';
import { pymssqlMissing, pymssqlPath } from '../support/pymssql.ts';
import { runTask } from '../support/run-command.ts';

if (pymssqlMissing) console.warn(`Tests of sql-server are left out. ${pymssqlMissing}`);

describe.skipIf(pymssqlMissing)('sql-server', () => {
  const directory = mkdtempSync(join(tmpdir(), 'runops-tls-'));
  const file = (name: string) => readFileSync(join(directory, name));
  const password = `p'a"s\\s; {x} $(y) \`z\` ü --`;
  let plain: Awaited<ReturnType<typeof startSqlServer>> | undefined;
  let secure: typeof plain;
  beforeAll(async () => {
    vi.stubEnv('PATH', pymssqlPath);
    createAuthority(directory);
    createCertificate(directory, 'server', 'localhost', 'subjectAltName=DNS:localhost');
    plain = await startSqlServer({ user: 'app', password });
    secure = await startSqlServer({
      ...{ user: 'app', password },
      tls: { cert: file('server.crt'), key: file('server.key') },
    });
  });
  afterAll(async () => {
    await plain?.stop();
    await secure?.stop();
    rmSync(directory, { recursive: true });
    vi.unstubAllEnvs();
  });

  const secret = (changes = {}) => ({
    MSSQL_CONNECTION_URI: `tcp:127.0.0.1,${plain?.port}`,
    MSSQL_USER: 'app',
    MSSQL_PASS: password,
    MSSQL_DB: 'shop',
    ...changes,
  });
  const query = (script: string, changes = {}, options = {}) =>
    runTask({ type: 'sql-server', script }, secret(changes), options);

  it('prints a header, rows between tabs and their number', async () => {
    const ran = await query(
      "select 1 as id, 'Zoë 🐘' as name, null as n, x'00ff' as b union all select 22, '', 'x', null",
    );
    const stdout = 'id\tname\tn\tb\n1\tZoë 🐘\tNULL\t0x00FF\n22\t\tx\tNULL\n\n(2 rows affected)\n';
    expect(ran).toEqual({ exitCode: 0, stdout, stderr: '' });
  });

  it('prints rows alone, without the blanks at the end of a value, where FIELD_SEPARATOR is given', async () => {
    const ran = await query("select 'a  ' as a, 2 as b", { FIELD_SEPARATOR: '|' });
    expect(ran.stdout).toBe('a|2\n\n(1 row affected)\n');
  });

  it('sends batches, as often as GO says, and what PRINT says goes to standard output', async () => {
    const ran = await query("print 'one'\nGO 2\nprint 'a\nGO\nb'\ngo\nselect 1 as n /* GO\nGO\n*/ where 0");
    expect(ran).toEqual({ exitCode: 0, stdout: 'one\none\na\nGO\nb\nn\n\n(0 rows affected)\n', stderr: '' });
  });

  it('stops at the first error, with exit code 1 and the line of the script on standard error', async () => {
    const ran = await query("select 'before' as a\nGO\n\nselect * from nowhere\nGO\nselect 'after'");
    expect(ran).toMatchObject({ exitCode: 1, stdout: 'a\nbefore\n\n(1 row affected)\n' });
    expect(ran.stderr).toBe('Msg 208, Level 16, State 1, Line 3\nError: no such table: nowhere\n');
  });

  it('fails on a wrong password', async () => {
    const ran = await query('select 1', { MSSQL_PASS: 'wrong-password' });
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr).toBe("Msg 18456, Level 14, State 1\nLogin failed for user 'app'.\n");
  });

  it('fails on a host that cannot be reached', async () => {
    const ran = await query('select 1', { MSSQL_CONNECTION_URI: '127.0.0.1,1' });
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr).toContain('Connection refused');
  });

  it.for([':r /etc/passwd', '!! id', ':!! id', ':setvar x 1', ' :connect evil', ':out |id'])(
    'refuses %j, a command of sqlcmd',
    async (command) => {
      await expect(query(`select 1\n${command}`)).rejects.toThrow('in line 2, a command of sqlcmd');
    },
  );

  it('puts no value in place of $(name)', async () => {
    expect((await query("select '$(MSSQL_PASS) $(HOME)' as a")).stdout).toContain(
      '\n$(MSSQL_PASS) $(HOME)\n',
    );
  });

  it.for(['tcp:host,1,2', 'host;x=y', 'host\n[global]', 'np:\\\\host', '-x y'])(
    'refuses the address %j',
    async (uri) => {
      await expect(query('select 1', { MSSQL_CONNECTION_URI: uri })).rejects.toThrow(
        'MSSQL_CONNECTION_URI must be',
      );
    },
  );

  it('prints 20 MB', async () => {
    const rows = 'with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)';
    const ran = await query(`${rows} select i, hex(zeroblob(500)) as t from n`);
    expect(ran.stdout).toHaveLength('i\tt\n\n(20000 rows affected)\n'.length + 20_000 * 1002 + 88_894);
  }, 60_000);

  it('ends when it is asked to, and keeps what it has printed', async () => {
    const ran = await query("select 'started' as a\nGO\nwaitfor delay '1:00'", {}, { stopAt: 'started' });
    expect(ran.exitCode).toBeNull();
  });

  it('speaks TLS where the server can, and insists on it where the secret says so', async () => {
    const address = { MSSQL_CONNECTION_URI: `localhost,${secure?.port}` };
    const authority = { MSSQL_SSL_CA: file('ca.crt').toString('base64') };
    const works = async (changes: object) => (await query('select 1 as a', changes)).exitCode === 0;
    expect(await works({ MSSQL_SSL_MODE: 'required' })).toBe(false);
    for (const MSSQL_SSL_MODE of ['disabled', 'preferred', 'required']) {
      expect(await works({ ...address, MSSQL_SSL_MODE }), MSSQL_SSL_MODE).toBe(true);
    }
    expect(await works({ ...address, ...authority })).toBe(true);
    expect(await works({ ...address, MSSQL_SSL_MODE: 'verify-ca' })).toBe(false);
    const otherName = { ...authority, MSSQL_CONNECTION_URI: `127.0.0.1,${secure?.port}` };
    expect(await works(otherName)).toBe(false);
    expect(await works({ ...otherName, MSSQL_SSL_MODE: 'verify-ca' })).toBe(true);
  });
});
