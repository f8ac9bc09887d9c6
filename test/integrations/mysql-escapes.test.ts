import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mariadbMissing, startMariadb } from '../support/mariadb.ts';
import { runTask } from '../support/run-command.ts';
import type { TestDatabase } from '../support/server-process.ts';

if (mariadbMissing) console.warn(`Tests of mysql's commands are left out. ${mariadbMissing}`);

describe.skipIf(mariadbMissing)('a script of mysql', () => {
  const directory = mkdtempSync(join(tmpdir(), 'runops-canary-'));
  const canary = join(directory, 'canary');
  let server: TestDatabase | undefined;
  beforeAll(async () => {
    server = await startMariadb();
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
    rmSync(directory, { recursive: true });
  });

  const query = (script: string) =>
    runTask(
      { type: 'mysql', script },
      {
        MYSQL_HOST: server?.host ?? '',
        MYSQL_PORT: String(server?.port),
        MYSQL_USER: server?.user ?? '',
        MYSQL_PASS: server?.password ?? '',
        MYSQL_DB: server?.database ?? '',
      },
    );

  it.for([
    '\\! touch CANARY',
    'system touch CANARY',
    'system touch CANARY;',
    'select 1; \\! touch CANARY',
    'select 1\n\\! touch CANARY',
    '\\T CANARY\nselect 1;',
    'tee CANARY\nselect 1;',
    'pager touch CANARY\nselect 1;',
    '\\P touch CANARY\nselect 1;',
    'source /etc/passwd',
    '\\. /etc/passwd',
    'edit',
    '\\e',
    'connect shop 127.0.0.1',
    '\\r shop 127.0.0.1',
    'delimiter \\!\nselect 1 \\! touch CANARY',
    'delimiter //\n\\! touch CANARY //',
    "set sql_mode = 'NO_BACKSLASH_ESCAPES';\nselect '\\'; \\! touch CANARY",
    'set sql_mode = "ANSI_QUOTES";\nselect "\\"; \\! touch CANARY',
    '\\C big5\n\\! touch CANARY',
    '/*!40101 \\! touch CANARY */;',
    '/*M!999999\\- enable the sandbox mode */\n\\! touch CANARY',
    '-- \n\\! touch CANARY',
    "load data local infile '/etc/passwd' into table x",
  ])('cannot get out with %j', async (text) => {
    const ran = await query(text.replaceAll('CANARY', canary));
    expect(existsSync(canary)).toBe(false);
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).not.toContain('root:');
  });

  it('keeps what looks like a command in strings and comments, and may set its delimiter', async () => {
    const ran = await query(
      "delimiter //\nselect '\n\\\\! x\nsystem y\n' as a /* \\! */ // # \\! z\nselect 2 as b//\n",
    );
    expect(ran).toEqual({ exitCode: 0, stdout: 'a\n\\n\\\\! x\\nsystem y\\n\nb\n2\n', stderr: '' });
  });
});
