import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { customCommand } from '../../core/custom-command.ts';

const command = (template: string, secrets: Record<string, string> = {}, changes = {}) =>
  customCommand(template, {
    script: 'the script',
    secrets,
    publicKeys: [],
    scriptHoldsSecret: false,
    ...changes,
  });

describe('a custom command', () => {
  it('is a program with arguments, and the script is its input', () => {
    const secrets = { PHP_APP: '/srv/shop/artisan', DB_PASSWORD: 'secret-1' };
    expect(command('php [[PHP_APP]] tinker -n', secrets)).toEqual({
      argv: ['php', '/srv/shop/artisan', 'tinker', '-n'],
      env: secrets,
      stdin: 'the script',
      files: [],
    });
  });

  it('has no input when it places the script', () => {
    expect(command('psql -c [[SCRIPT]]')).toMatchObject({ argv: ['psql', '-c', 'the script'], stdin: null });
  });

  it('takes every way to write a placeholder, also inside of words and quotes', () => {
    const secrets = { APP: 'a b' };
    const { argv } = command(
      `x [[APP]] [[ APP ]] [[{APP}]] [[&APP]] --app=[[APP]] '[[APP]]' "[[APP]]c"`,
      secrets,
    );
    expect(argv).toEqual(['x', 'a b', 'a b', 'a b', 'a b', '--app=a b', 'a b', 'a bc']);
  });

  it('does not replace what comes out of a replacement', () => {
    expect(command('x [[SCRIPT]]', { APP: 'a' }, { script: '[[APP]] $& $1' }).argv[1]).toBe('[[APP]] $& $1');
  });

  it('keeps a value one argument, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...`'"$()\`\\\n -;|&[]aé`) }), (value) => {
        const argv = command(
          'x -a [[SCRIPT]] y[[APP]]',
          { APP: value },
          { publicKeys: ['APP'], script: value },
        ).argv;
        expect(argv).toEqual(['x', '-a', value, `y${value}`]);
      }),
    );
  });

  it('names a placeholder that has no value', () => {
    expect(() => command('x [[APP]]')).toThrow('names [[APP]], which the secret of the target does not have');
    expect(() => command('x [[constructor]]')).toThrow('names [[constructor]]');
  });

  it.for(['API_TOKEN', 'PG_PASS', 'OTHER'])('refuses the secret [[%s]] as an argument', (key) => {
    const attempt = () => command(`x --with=[[${key}]]`, { [key]: 'hidden-value-1' });
    expect(attempt).toThrow(`Let the program read the environment variable ${key} instead`);
    expect(attempt).not.toThrow('hidden-value-1');
  });

  it('refuses a short password too, and a setting with a password in it', () => {
    expect(() => command('x [[PG_PASS]]', { PG_PASS: 'abc' })).toThrow('environment variable PG_PASS');
    const secrets = { DB_HOST: 'mysql://app:hidden-1@db.example.com' };
    expect(() => command('x [[DB_HOST]]', secrets)).toThrow('environment variable DB_HOST');
  });

  it('refuses a script with secrets as an argument', () => {
    const changes = { scriptHoldsSecret: true };
    expect(() => command('x [[SCRIPT]]', {}, changes)).toThrow('so that the script goes to standard input');
    expect(command('x', {}, changes).stdin).toBe('the script');
  });

  it('encodes the script where SCRIPT_BASE64_ENCODE says so', () => {
    const secrets = { SCRIPT_BASE64_ENCODE: 'true' };
    expect(command('x', secrets).stdin).toBe('dGhlIHNjcmlwdA==');
    expect(command('x [[SCRIPT]]', secrets).argv[1]).toBe('dGhlIHNjcmlwdA==');
  });

  it.for(['A=b x', "''", '[[EMPTY]] x'])('must begin with a program: %s', (template) => {
    expect(() => command(template, { EMPTY: '' })).toThrow('must begin with a program');
  });
});
