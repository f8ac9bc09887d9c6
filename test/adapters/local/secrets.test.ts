import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { findVariable, localSecrets } from '../../../adapters/local/secrets.ts';
import { systemClock } from '../../../adapters/system-clock.ts';

const directory = mkdtempSync(join(tmpdir(), 'runops-secrets-'));
const file = join(directory, 'secrets.json');
afterEach(() => rmSync(file, { force: true }));
afterAll(() => rmSync(directory, { recursive: true }));

const fetch = (provider: string, path: string | null, config: string | null = null, environment = {}) =>
  localSecrets({ environment, file, clock: systemClock }).fetch({ type: 'bash', provider, path, config });

describe('the provider runops', () => {
  it.for(['runops', ''])('%j reads the config of the task', async (provider) => {
    expect(await fetch(provider, null, '{"A": "b", "PORT": 1}')).toEqual({ A: 'b', PORT: '1' });
  });

  it('has no secret where there is no config', async () => {
    expect(await fetch('runops', null, null)).toEqual({});
    expect(await fetch('', null, '')).toEqual({});
  });

  it('refuses what is not an object, without quoting it', async () => {
    const error = await fetch('runops', null, '"hidden"').catch((thrown) => thrown);
    expect(error.code).toBe('secrets-invalid');
    expect(error.message).toMatch(
      /^invalid secret 'config': Must be a valid JSON object, such as \{"PG_HOST"/,
    );
    expect(error.message).not.toContain('hidden');
  });
});

describe('the provider env-var', () => {
  const environment = {
    MY_TARGET: '{"A": "b"}',
    BROKEN: '"MYSQL_DB": "hidden",',
    TWO_a: '{}',
    'two-A': '{}',
  };
  const read = (path: string | null) => fetch('env-var', path, null, environment);

  it.for(['MY_TARGET', 'my-target', 'my_target', 'My-Target'])(
    'finds a variable by the name %s',
    async (path) => {
      expect(await read(path)).toEqual({ A: 'b' });
    },
  );

  it('says what to do when there is no such variable or no name', async () => {
    await expect(read('nowhere')).rejects.toThrow("Secret 'nowhere' not found. Set an environment variable");
    await expect(read('constructor')).rejects.toThrow("Secret 'constructor' not found");
    await expect(read(null)).rejects.toThrow(
      "missing 'secret_path' config at target. The secret provider 'env-var'",
    );
    await expect(read('')).rejects.toThrow("missing 'secret_path' config at target");
  });

  it('shows the right form for a value that is not an object, without quoting it', async () => {
    const error = await read('BROKEN').catch((thrown) => thrown);
    expect(error.message).toContain(
      "The environment variable 'BROKEN' must be a JSON object with its braces, such as {",
    );
    expect(`${error.message} ${error.cause}`).not.toContain('hidden');
  });

  it('takes the exact name first, and else does not guess between two', async () => {
    expect(await read('TWO_a')).toEqual({});
    await expect(read('two_a')).rejects.toThrow(
      "Secret 'two_a' is not one environment variable but several: TWO_a, two-A",
    );
  });

  it('tells the launcher which variable it is', () => {
    expect(findVariable(environment, 'my-target')).toEqual({ name: 'MY_TARGET', value: '{"A": "b"}' });
    expect(findVariable(environment, 'nowhere')).toBeUndefined();
  });
});

describe('the provider filesystem', () => {
  it('reads an entry of the file, anew each time', async () => {
    writeFileSync(file, '{"prod/pg": {"A": "b"}}');
    expect(await fetch('filesystem', 'prod/pg')).toEqual({ A: 'b' });
    writeFileSync(file, '{"prod/pg": {"A": "c"}}');
    expect(await fetch('filesystem', 'prod/pg')).toEqual({ A: 'c' });
  });

  it.for([
    ['{"other": {}}', 'has no such entry'],
    ['{"prod/pg": "hidden"}', 'is not a JSON object'],
    ['["hidden"]', 'is not a JSON object'],
    ['{"prod/pg": {hidden', 'is not a JSON object'],
  ])('fails on the file %s', async ([content = '', why]) => {
    writeFileSync(file, content);
    const error = await fetch('filesystem', 'prod/pg').catch((thrown) => thrown);
    expect(error.message).toMatch(/^Failed to read filesystem secret 'prod\/pg': /);
    expect(error.message).toContain(why);
    expect(`${error.message} ${error.cause}`).not.toContain('hidden');
  });

  it('fails where there is no file, or no path', async () => {
    await expect(fetch('filesystem', 'constructor')).rejects.toThrow('secrets.json cannot be read (ENOENT)');
    await expect(fetch('filesystem', null)).rejects.toThrow("missing 'secret_path' config at target");
  });
});

describe('an unknown provider', () => {
  it.for(['azure', 'constructor'])('%s is answered with the known ones', async (provider) => {
    await expect(fetch(provider, 'x')).rejects.toThrow(
      `The secret provider '${provider}' is not known. This agent knows: ` +
        'runops, env-var, filesystem, aws, hashicorp/kv, hashicorp/db, gcp, kubernetes.',
    );
  });
});
