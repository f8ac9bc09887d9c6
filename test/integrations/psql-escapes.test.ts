import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { psqlParts } from '../../core/integrations/psql-script.ts';
import { postgresMissing, startPostgres } from '../support/postgres.ts';
import { runTask } from '../support/run-command.ts';
import { databaseKeys, type TestDatabase } from '../support/server-process.ts';

if (postgresMissing) console.warn(`Tests of psql's commands are left out. ${postgresMissing}`);

describe.skipIf(postgresMissing)('a script of psql', () => {
  const directory = mkdtempSync(join(tmpdir(), 'runops-canary-'));
  const canary = join(directory, 'canary');
  let server: TestDatabase | undefined;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
    rmSync(directory, { recursive: true });
  });

  const query = (script: string, changes = {}) =>
    runTask(
      { type: 'postgres', script },
      {
        ...databaseKeys('PG', server),
        ...changes,
      },
    );

  const escapes = (target: string) => [
    `\\! touch ${target}`,
    `select 1; \\! touch ${target}`,
    `select 1 \\! touch ${target}`,
    `\\o |touch ${target}\nselect 1;`,
    `\\o ${target}\nselect 1;`,
    `select 1 \\g |touch ${target}`,
    `select 1 \\g ${target}\n`,
    `select 1 \\gx |touch ${target}\n`,
    `select 1\n\\w |touch ${target}`,
    `select 1\n\\w ${target}`,
    `\\copy (select 1) to program 'touch ${target}'`,
    `\\copy (select 1) to '${target}'`,
    `\\copy (select 1) to program 'touch ${target}' -- to stdout`,
    `\\echo \`touch ${target}\``,
    `\\set x \`touch ${target}\`\n`,
    `\\setenv PAGER 'touch ${target}'\n\\d pg_class`,
    `\\pset pager always\n\\setenv PAGER 'touch ${target}'\n\\pset pager_min_lines 1\n\\dt pg_catalog.*`,
    `\\i /etc/passwd`,
    `\\include /etc/passwd`,
    `\\ir /etc/passwd`,
    `\\e`,
    `\\edit ${target}`,
    `\\ef`,
    `\\s ${target}`,
    `\\s |touch ${target}`,
    `\\lo_export 1 ${target}`,
    `\\lo_import /etc/passwd`,
    `\\c "host=127.0.0.1 port=1"`,
    `\\connect - - 127.0.0.1 1`,
    `\\cd /`,
    `\\password`,
    `\\if true\n\\! touch ${target}\n\\endif`,
    `\\if false\n\\else\n\\! touch ${target}\n\\endif`,
    `\\unrestrict x\n\\! touch ${target}`,
    `\\d \\! touch ${target}`,
    `\\x \\\\ \\! touch ${target}`,
    `\\d \`touch ${target}\``,
    `select 'x' \\\n\\! touch ${target}`,
    `'\\! touch ${target}`,
    `select 1 \\; \\! touch ${target}`,
    `\\getenv x PGPASSWORD\n\\echo :x`,
    `\\gexec`,
    `select 1 \\watch 1`,
    `\\r\n\\! touch ${target}`,
    `\t\\! touch ${target}`,
    `\r\\! touch ${target}`,
    `\f\\! touch ${target}`,
    `select $$ \n$$ \\! touch ${target}`,
    `select /* /* */ \\! touch ${target} */ */ \\! touch ${target}`,
  ];

  it.for(escapes('CANARY').map((_, at) => at))('cannot get out with escape number %i', async (at) => {
    const script = escapes(canary)[at] ?? '';
    const ran = await query(script).catch((thrown: Error) => ({
      exitCode: 1,
      stderr: thrown.message,
      stdout: '',
    }));
    expect(existsSync(canary), script).toBe(false);
    expect(ran.exitCode, script).not.toBe(0);
    expect(ran.stdout, script).not.toMatch(/root:|pg-password/);
  });

  // What our own reading takes for a string or a comment, and psql perhaps not: psql itself must refuse it.
  it.for([
    `set standard_conforming_strings = off;\nselect '\\'; \\! touch CANARY`,
    `select E'\\\\! touch CANARY' as x;\n`,
    `\\set q ''''\nselect 1 as ":q \\! touch CANARY"`,
    `\\set c /*\nselect 1; -- :c \n select '\\! touch CANARY`,
    `copy pg_class from stdin;\n\\! touch CANARY\n`,
    `create temp table t (a text); copy t from stdin; select 'a\n\\.\n\\! touch CANARY\n'`,
    `select copy, from stdin;\n\\! touch CANARY\n`,
    `select 1; copy x from stdin;\n\\! touch CANARY\n\\.\n`,
    `begin; copy (select 1) to stdout; -- from stdin;\n$$\n\\! touch CANARY`,
    `select (;\n\\! touch CANARY`,
    `select 1 $a\u00e9$ \\! touch CANARY`,
    `/*\n\\! touch CANARY\n`,
  ])('cannot get out of %j', async (text) => {
    const script = text.replaceAll('CANARY', canary);
    await query(script).catch(() => {});
    expect(existsSync(canary), script).toBe(false);
  });

  it('cannot run a command that a variable holds', async () => {
    // psql reads the value of a variable as if it stood in the script.
    const file = join(directory, 'by-variable');
    const ran = await query(`\\set v '\\\\! touch ${file}'\n:v\n`).catch((thrown: Error) => thrown.message);
    expect(ran).toContain('backslash or a backtick');
    const hidden = await query(`\\set v \\n\nselect 1;`).catch((thrown: Error) => thrown.message);
    expect(hidden).toContain('backslash or a backtick');
    expect(existsSync(file)).toBe(false);
  });

  it('runs nothing that our own reading overlooks: psql itself refuses it', async () => {
    const script = `set standard_conforming_strings = off;\nselect '\\'; \\! touch ${canary}\n`;
    const ran = await query(`${script}`).catch((thrown: Error) => ({ stderr: thrown.message, exitCode: 3 }));
    expect(ran.exitCode).toBe(3);
    // The string ends at the quote for us, and goes on for psql; the other way round psql is asked.
    const other = `set standard_conforming_strings = off;\nselect '\\''; \\! touch ${canary} '\n`;
    const overlooked = await query(other);
    expect(overlooked.stderr).toContain('backslash commands are restricted');
    expect(existsSync(canary)).toBe(false);
  });

  it('may describe the database, set up its output, and copy from and to itself', async () => {
    const script = [
      'create temp table pets (id int, name text);',
      '\\copy pets from stdin',
      "1\tZoë \\\\! 'x",
      '2\t\\N',
      '\\.',
      '\\d pets',
      '\\pset null -',
      '\\x on',
      'table pets;',
      '\\x off',
      '\\set least 2',
      'select name as n from pets where id >= :least \\g',
      '\\echo done',
      '\\copy (select id, name from pets order by id) to stdout csv header',
      '\\q',
      '\\! never read',
    ].join('\n');
    const ran = await query(script);
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ran.stdout).toContain('Table "pg_temp');
    expect(ran.stdout).toContain("id\t1\nname\tZoë \\! 'x\n");
    expect(ran.stdout).toContain('n\n-\n(1 row)\n');
    expect(ran.stdout).toMatch(/done\nid,name\n1,Zoë \\! 'x\n2,\n$/);
  });

  it('keeps backslashes in strings, names, comments and the data of COPY', async () => {
    const script = [
      'create temp table t (a text); -- \\! x',
      "/* \\! /* \\! */ \\! */ insert into t values ('C:\\new'), (E'a\\'\\\\! b'), ($x$\\! $$ c$x$), (U&'\\0041');",
      'copy t from stdin;',
      'one\\ttab',
      '\\.',
      'select a as "\\!", array_length(array[1,2],1) from t;',
    ].join('\n');
    const ran = await query(script);
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ran.stdout).toContain(
      "\\!\tarray_length\nC:\\new\t2\na'\\! b\t2\n\\! $$ c\t2\nA\t2\none\ttab\t2\n",
    );
  });

  it('names the line of the script where SQL fails', async () => {
    const ran = await query('\\x on\nselect 1;\n\nselect nothing;');
    expect(ran.stderr).toMatch(/script-from-line-2\.sql:3: ERROR/);
    expect(ran.exitCode).toBe(3);
  });

  it('is not started by an older psql, which knows no restricted mode', async () => {
    const older =
      '#!/bin/sh\nfor a; do set -- "$@" "$(printf %s "$a" | sed s/restrict/unknown/)"; shift; done\n';
    writeFileSync(join(directory, 'psql'), `${older}exec ${psqlPath()} "$@"\n`, { mode: 0o755 });
    vi.stubEnv('PATH', `${directory}:${process.env.PATH}`);
    const ran = await query('select 1');
    vi.unstubAllEnvs();
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr).toContain('invalid command \\unknown');
  });

  it('may have a command behind a statement on the same line', async () => {
    const ran = await query('select 1 as a; \\x on\nselect 2 as b;');
    expect(ran).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^a\n1\n.*\n.*\nb\t2\n/) });
    await expect(query('copy t from stdin; \\x on\n1\n\\.\n')).rejects.toThrow('inside a statement');
  });

  it('is cut in no time, however long it is', () => {
    const insert = "insert into t values (1, 'some text', E'a\\\\n', now()); -- comment\n";
    expect(psqlParts(insert.repeat(100_000))).toHaveLength(1);
  });
});

function psqlPath(): string {
  return execFileSync('sh', ['-c', 'command -v psql'], { encoding: 'utf8' }).trim();
}
