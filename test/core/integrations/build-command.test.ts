import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AgentError } from '../../../core/errors.ts';
import { buildCommand } from '../../../core/integrations/build-command.ts';
import { secretValues } from '../../../core/secret-values.ts';
import { specOf } from '../../support/spec.ts';

const postgres = { PG_HOST: 'db.example.com', PG_USER: 'app', PG_PASS: 'pass-word-1', PG_DB: 'shop' };
const mysql = {
  MYSQL_HOST: 'db.example.com',
  MYSQL_USER: 'app',
  MYSQL_PASS: 'pass-word-1',
  MYSQL_DB: 'shop',
};
const build = (changes: Parameters<typeof specOf>[0], secret = {}) =>
  buildCommand(specOf(changes), secret, '/scratch/7');

describe('a command', () => {
  it.for([
    ['postgres', 'Postgres type requires all the following secrets: PG_HOST, PG_USER, PG_PASS, PG_DB. '],
    ['postgres-csv', 'Postgres type requires all the following secrets: PG_HOST, PG_USER, PG_PASS, PG_DB. '],
    [
      'mysql',
      'Mysql type requires all the following secrets: MYSQL_HOST, MYSQL_USER, MYSQL_PASS, MYSQL_DB. ',
    ],
    [
      'mysql-csv',
      'Mysql type requires all the following secrets: MYSQL_HOST, MYSQL_USER, MYSQL_PASS, MYSQL_DB. ',
    ],
  ])('of %s needs its keys, each with a value', ([type = '', message]) => {
    const secret = { ...postgres, ...mysql, PG_PASS: '', MYSQL_PASS: '' };
    expect(() => build({ type }, secret)).toThrow(message);
    expect(() => build({ type }, secret)).toThrow(/Missing or empty: (PG|MYSQL)_PASS\. Add/);
  });

  it('of an unknown type names the known ones', () => {
    const message =
      /^invalid task type \[cobol\]\. This agent runs: bash, .*mysql, mysql-csv, node, .*\. Change/;
    expect(() => build({ type: 'cobol' })).toThrow(message);
    expect(() => build({ type: 'constructor' })).toThrow('invalid task type [constructor]');
  });

  it('finds its keys through the mapping', () => {
    const { PG_HOST, ...rest } = postgres;
    const secretMapping = '{"PG_HOST": "PG_HOSTNAME"}';
    const { command } = build({ type: 'postgres', secretMapping }, { ...rest, PG_HOSTNAME: PG_HOST });
    expect(command.argv).toContain('--host=db.example.com');
    expect(command.env.PGPASSWORD).toBe('pass-word-1');
  });

  it('of a database gets no key but its own', () => {
    const { command } = build({ type: 'postgres' }, { ...postgres, OTHER: 'other-value', PATH: '/evil' });
    expect(Object.keys(command.env).sort()).toEqual(['PGCLIENTENCODING', 'PGCONNECT_TIMEOUT', 'PGPASSWORD']);
    expect(Object.keys(build({ type: 'mysql' }, mysql).command.env)).toEqual(['MYSQL_PWD']);
  });

  it('of mysql reads no option file and always goes through TCP, also with the client of Oracle', () => {
    const { argv } = build({ type: 'mysql' }, mysql).command;
    expect(argv.slice(0, 2)).toEqual(['mysql', '--no-defaults']);
    expect(argv).toEqual(expect.arrayContaining(['--protocol=TCP', '--port=3306', '--skip-comments']));
  });

  it('writes the TLS keys to files only when the secret has them', () => {
    expect(
      build({ type: 'postgres' }, { ...postgres, PGSSLKEY: '' }).command.files.map(({ name }) => name),
    ).toEqual(['script.sql']);
    const { command } = build({ type: 'postgres' }, { ...postgres, PGSSLKEY: 'a2V5\n' });
    expect(command.files).toContainEqual({ name: 'client.key', content: Buffer.from('key') });
    expect(command.env.PGSSLKEY).toBe('/scratch/7/client.key');
    expect(() => build({ type: 'postgres' }, { ...postgres, PGSSLKEY: '!' })).toThrow(
      'PGSSLKEY must be a PEM',
    );
  });

  it('never connects to what a connection string in a name says', () => {
    for (const PG_DB of ['host=evil dbname=x', 'postgres://u:p@evil/x', 'postgresql://evil']) {
      expect(() => build({ type: 'postgres' }, { ...postgres, PG_DB })).toThrow(
        'PG_DB holds a connection string',
      );
    }
    const MYSQL_HOST = 'host=evil;port=1';
    expect(() => build({ type: 'mysql' }, { ...mysql, MYSQL_HOST })).toThrow('MYSQL_HOST holds a connection');
  });

  it('of psql refuses a NUL, behind which psql would drop the line', () => {
    expect(() => build({ type: 'postgres', script: 'delete from t \0where id = 1' }, postgres)).toThrow(
      'NUL character at position 15',
    );
  });

  it.for(['', ',,', '"', '\n', 'é', '\\n'])('of CSV refuses the separator %j', (FIELD_SEPARATOR) => {
    for (const type of ['postgres-csv', 'mysql-csv']) {
      const attempt = () => build({ type }, { ...postgres, ...mysql, FIELD_SEPARATOR });
      if (FIELD_SEPARATOR === '') expect(attempt).not.toThrow();
      else expect(attempt).toThrow(`FIELD_SEPARATOR is ${JSON.stringify(FIELD_SEPARATOR)}; CSV needs one`);
    }
  });

  it('puts secrets into a script only where the policy says so', () => {
    const script = 'echo {{API_KEY}} {{ UNKNOWN }}';
    const secret = { API_KEY: 'a & "b" <c> $& $1' };
    expect(build({ script }, secret).command.files[0]?.content).toBe(script);
    expect(build({ script, renderScript: true }, secret).command.files[0]?.content).toBe(
      'echo a & "b" <c> $& $1 {{ UNKNOWN }}',
    );
  });

  it('gives the task to the script, whatever a secret of the same name says', () => {
    const { command } = build({ description: null }, { RUNOPS_TASK_USER_EMAIL: 'boss@example.com', A: 'b' });
    expect(command.env).toEqual({
      A: 'b',
      RUNOPS_TASK_ID: '7',
      RUNOPS_TASK_TARGET: 'shop',
      RUNOPS_TASK_DESCRIPTION: '',
      RUNOPS_TASK_USER_EMAIL: 'ana@example.com',
      RUNOPS_USER_GROUPS: 'dba,sre',
    });
  });

  it.for(['PATH', 'HOME', 'LD_PRELOAD', 'LD_', 'BASH_ENV', 'GLIBC_TUNABLES'])(
    'refuses the variable %s',
    (key) => {
      expect(() => build({}, { [key]: 'x' })).toThrow(`The secret has the key ${key}, which would change`);
    },
  );

  it.for(['', 'a=b', 'a\0b'])('refuses the variable %j, which cannot be one', (key) => {
    expect(() => build({}, { [key]: 'x' })).toThrow(`The secret has the key ${JSON.stringify(key)}`);
  });

  it('takes names that are unusual', () => {
    const secret = { 'db.password': 'x', 'my-key': 'y', __proto__: 'z', ENV: 'production', 'ü b': '1' };
    expect(build({}, secret).command.env).toMatchObject(secret);
  });

  it('says which variable or argument Linux would not take', () => {
    const MAX = 128 * 1024 - 1;
    expect(() => build({}, { KEY: 'x'.repeat(MAX - 4) })).not.toThrow();
    expect(() => build({}, { KEY: 'x'.repeat(MAX - 3) })).toThrow('variable KEY has 131072 bytes');
    expect(() => build({}, { KEY: 'a\0b' })).toThrow('variable KEY has a NUL character');
    expect(() => build({ customCommand: 'echo [[SCRIPT]]', script: 'é'.repeat(MAX) })).toThrow('Argument 1');
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`KEY_${n}`, 'x'.repeat(120_000)]));
    expect(() => build({}, many)).toThrow('bytes together');
  });

  it('never has a secret in its arguments or in an error', () => {
    const hostile = fc.oneof(
      fc.string({ unit: fc.constantFrom(...`'"$()\`\\\n\0 -;|&=[]{}aé`), minLength: 1 }),
      fc.string({ minLength: 1, unit: 'grapheme' }),
      fc.constant('x'.repeat(200_000)),
    );
    const type = fc.constantFrom('bash', 'python', 'node', 'postgres', 'postgres-csv', 'mysql', 'mysql-csv');
    const customCommand = fc.constantFrom(
      null,
      'x [[SCRIPT]]',
      'x [[PG_HOST]]',
      'x [[PG_PASS]]',
      "x '[[EXTRA]]'",
    );
    fc.assert(
      fc.property(
        type,
        customCommand,
        hostile,
        hostile,
        fc.boolean(),
        (type, customCommand, pass, other, render) => {
          const mark = 'canary-7f3a';
          const secret = {
            ...postgres,
            ...mysql,
            EXTRA: `${mark}${other}`,
            PG_PASS: mark + pass,
            MYSQL_PASS: mark + pass,
          };
          const script = 'select 1 {{PG_PASS}} {{EXTRA}}';
          try {
            const built = build({ type, customCommand, script, renderScript: render }, secret);
            expect(built.command.argv.join('\n')).not.toContain(mark);
            expect(secretValues(built.secrets, built.integration.publicKeys)).toContain(mark + pass);
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(AgentError);
            expect(String(thrown)).not.toContain(mark);
          }
        },
      ),
    );
  });
});
