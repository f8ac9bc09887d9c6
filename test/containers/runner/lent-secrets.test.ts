import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { providerVariables } from '../../../adapters/local/secrets.ts';
import { limits } from '../../../core/limits.ts';
import { type FakeVault, startFakeVault } from '../../support/fake-vault.ts';
import { postgresMissing, startPostgres } from '../../support/postgres.ts';
import type { TestDatabase } from '../../support/server-process.ts';
import { readEnd } from './harness.ts';
import { processEnd, shippedRunner } from './process.ts';

const shipped = shippedRunner();

let vault: FakeVault;
beforeEach(async () => {
  vault = await startFakeVault();
});
afterEach(() => vault.close());

const environment = () => ({
  VAULT_ADDR: vault.url,
  VAULT_AUTH_METHOD: 'approle',
  VAULT_ROLE_ID: 'role',
  VAULT_SECRET_ID: 'planted-secret-id',
});

/** A command whose secret is in Vault. */
const fromVault = (path: string, provider = 'hashicorp/kv') => ({
  environment: environment(),
  spec: { secret: { provider, path, config: null } },
});

it('a command gets the secret and nothing of the way to it', async () => {
  vault.secrets['kv/app'] = { data: { APP_KEY: 'planted-value' } };
  const { environment: way, spec } = fromVault('kv/app');
  // Those of Vault would lead elsewhere, and Node itself reads the last one.
  const others = providerVariables.filter((name) => !/^VAULT_|^NODE_/.test(name));
  const markers = Object.fromEntries(others.map((name) => [name, `marker-of-${name}`]));
  const script = 'printf "%s" "$APP_KEY" | wc -c; env';
  const runner = await shipped.start('clean', script, { environment: { ...markers, ...way }, spec });
  expect(await processEnd(runner)).toMatchObject({ code: 0, stderr: '' });

  const { stdout, result } = await readEnd(shipped.ledger, 'clean');
  expect(result).toMatchObject({ reason: 'exited', exitCode: 0 });
  expect(stdout).toMatch(/^13\n/);
  expect(stdout).not.toMatch(
    /planted|marker-of|hvs\.|^(AWS|VAULT|GOOGLE|KUBERNETES|RUNOPS_(LEDGER|SCRATCH|SECRETS))/m,
  );
});

it('what was lent is given back when the command has ended, and the runner ends at once', async () => {
  vault.secrets['kv/app'] = { data: { A: 'b' }, lends: true };
  const runner = await shipped.start('lent', 'exit 3', fromVault('kv/app'));
  expect((await processEnd(runner)).code).toBe(0);
  expect(vault.revoked).toEqual([expect.stringMatching(/^kv\/app\//), 'token']);
  expect((await readEnd(shipped.ledger, 'lent')).result).toMatchObject({ exitCode: 3 });
});

it('a Vault that hangs at the end costs no result, and seconds only', { timeout: 20_000 }, async () => {
  vault.secrets['kv/app'] = { data: { A: 'b' }, lends: true };
  vault.hangs = (path) => path.includes('revoke');
  const runner = await shipped.start('hangs', 'exit 3', fromVault('kv/app'));
  const ended = processEnd(runner);
  await expect
    .poll(() => shipped.ledger.read('hangs', 'result'), { timeout: 10_000 })
    .toMatchObject({ exitCode: 3 });
  expect(runner.exitCode).toBeNull();

  const stored = Date.now();
  expect((await ended).code).toBe(0);
  expect(Date.now() - stored).toBeLessThan((limits.secretReleaseSeconds + 2) * 1000);
});

it('a Vault that hangs at the start ends with a result that says so when the command is killed', async () => {
  vault.hangs = () => true;
  const runner = await shipped.start('never', 'true', fromVault('kv/app'));
  await expect.poll(() => shipped.ledger.read('never', 'started'), { timeout: 10_000 }).toBeDefined();
  runner.kill('SIGTERM');
  expect((await processEnd(runner)).code).toBe(0);
  expect((await readEnd(shipped.ledger, 'never')).result).toMatchObject({ reason: 'killed' });
});

it('a secret that cannot be read is a result with the sentence', async () => {
  vault.accepts = () => false;
  await processEnd(await shipped.start('refused', 'true', fromVault('kv/app')));
  const { result } = await readEnd(shipped.ledger, 'refused');
  expect(result).toMatchObject({ reason: 'rejected', exitCode: null });
  expect(result.message).toMatch(/^failed to get Vault client token: .*refused the login approle/);
  expect(JSON.stringify(result)).not.toContain('planted');
});

if (postgresMissing) console.warn(`A user of a database from Vault is left out: ${postgresMissing}`);
describe.skipIf(postgresMissing)('a user of a database from Vault', () => {
  let database: TestDatabase | undefined;
  beforeAll(async () => {
    database = await startPostgres();
  });
  afterAll(() => database?.stop());

  it('logs in to PostgreSQL, and its password is masked', async () => {
    const { host = '', port = 0, user = '', password = '', database: name = '' } = database ?? {};
    vault.secrets['database/creds/readonly'] = { data: { username: user, password }, lends: true };
    const config = JSON.stringify({
      PG_HOST: host,
      PG_PORT: port,
      PG_DB: name,
      PGSSLMODE: 'disable',
      PG_USER: 'nobody',
    });
    const secret = { provider: 'hashicorp/db', path: 'database/creds/readonly', config };
    const script = `select current_database(), '${password}';`;
    const runner = await shipped.start('pg', script, {
      environment: environment(),
      spec: { type: 'postgres', secret },
    });
    expect(await processEnd(runner)).toMatchObject({ code: 0 });

    const { result, stdout } = await readEnd(shipped.ledger, 'pg');
    expect(result, String(result.message)).toMatchObject({ reason: 'exited', exitCode: 0 });
    expect(stdout).toContain('postgres');
    expect(stdout).not.toContain(password);
    expect(vault.revoked).toHaveLength(2);
  });
});
