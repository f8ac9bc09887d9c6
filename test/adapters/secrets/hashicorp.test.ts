import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { secretsByProvider } from '../../../adapters/secrets/by-provider.ts';
import { remoteProviders } from '../../../adapters/secrets/remote-providers.ts';
import { AgentError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { type FakeVault, type FakeVaultOptions, startFakeVault } from '../../support/fake-vault.ts';
import { serverCertificate } from '../../support/server-certificate.ts';

const folder = mkdtempSync(join(tmpdir(), 'vault-test-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

let vault: FakeVault;
beforeEach(() => begin());
afterEach(() => vault.close());

async function begin(options: FakeVaultOptions = {}) {
  await vault?.close();
  vault = await startFakeVault(options);
  vault.secrets = {
    'secret/data/prod/pg': { data: { data: { PG_PASS: 'planted-1', PORT: 1 }, metadata: { version: 3 } } },
    'old/prod/pg': { data: { PG_PASS: 'planted-2' } },
    'database/creds/readonly': { data: { username: 'v-user-1', password: 'planted-3' }, lends: true },
  };
}

const approle = () => ({
  VAULT_ADDR: vault.url,
  VAULT_AUTH_METHOD: 'approle',
  VAULT_ROLE_ID: 'role-1',
  VAULT_SECRET_ID: 'planted-secret-id',
});

/** Pauses pass at once, timeouts never. */
function providers(environment: Record<string, string> = approle(), clock = fakeClock({ skip: 1000 })) {
  return secretsByProvider(remoteProviders({ environment, access: {}, clock }));
}

const kv = (path: string) => ({ type: 'bash', provider: 'hashicorp/kv', path, config: null });
const db = (type: string, config: string | null = null) => ({
  type,
  provider: 'hashicorp/db',
  path: 'database/creds/readonly',
  config,
});

async function failureOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  if (!(error instanceof AgentError)) throw new Error('It did not fail.');
  expect(error.retryable).toBe(false);
  expect(`${error.message} ${error.cause} ${error.stack}`).not.toMatch(/planted|hvs\./);
  return error.message;
}

describe('hashicorp/kv', () => {
  it.for(['secret/data/prod/pg', '/v1/secret/data/prod/pg', 'v1/secret/data/prod/pg'])(
    'reads a secret of version 2 at %s',
    async (path) => {
      expect(await providers().fetch(kv(path))).toEqual({ PG_PASS: 'planted-1', PORT: '1' });
    },
  );

  it('reads a secret of version 1', async () => {
    expect(await providers().fetch(kv('old/prod/pg'))).toEqual({ PG_PASS: 'planted-2' });
  });

  it('says what is wrong with a path, in the words of the first agent', async () => {
    const words = (path: string) => failureOf(providers().fetch(kv(path)));
    const begins = /^failed to get Vault generic secrets: /;
    expect(await words('old/none')).toMatch(
      /'old\/none' does not exist, or was deleted \(404\)\. Correct the secret_path/,
    );
    expect(await words('secret/prod/pg')).toMatch(
      /lacks \/data\/ after the mount: the engine is KV version 2/,
    );
    expect(await words('old/../sys/x')).toMatch(/has a part of dots/);
    for (const path of ['old/none', 'secret/prod/pg', 'old/../x']) expect(await words(path)).toMatch(begins);
  });

  it('does not follow a path out of Vault', async () => {
    expect(await failureOf(providers().fetch(kv('old/prod/pg?x=1#y')))).toContain('does not exist');
  });

  it('says so when the namespace is missing, and reads with it', async () => {
    await begin({ namespace: 'team-a' });
    expect(await failureOf(providers().fetch(kv('old/prod/pg')))).toMatch(
      /^failed to get Vault client token: Vault refused the login approle at auth\S+ \(403\).*VAULT_NAMESPACE/,
    );
    const secrets = providers({ ...approle(), VAULT_NAMESPACE: 'team-a' });
    expect(await secrets.fetch(kv('old/prod/pg'))).toEqual({ PG_PASS: 'planted-2' });
  });
});

describe('hashicorp/db', () => {
  it.for([
    ['postgres', { PG_USER: 'v-user-1', PG_PASS: 'planted-3' }],
    ['postgres-csv', { PG_USER: 'v-user-1', PG_PASS: 'planted-3' }],
    ['mysql', { MYSQL_USER: 'v-user-1', MYSQL_PASS: 'planted-3' }],
    ['mysql-csv', { MYSQL_USER: 'v-user-1', MYSQL_PASS: 'planted-3' }],
  ] as const)('gives %s its user, over what the config says', async ([type, login]) => {
    const config = JSON.stringify({ PG_HOST: 'db', PG_USER: 'old', MYSQL_USER: 'old' });
    expect(await providers().fetch(db(type, config))).toMatchObject({ PG_HOST: 'db', ...login });
  });

  it.for(['bash', 'constructor'])('is not for the type %s, and lends nothing for it', async (type) => {
    expect(await failureOf(providers().fetch(db(type)))).toContain(`not mapped vault db type '${type}'. `);
    expect(vault.leases.size).toBe(0);
  });

  it('lends nothing when the config is wrong', async () => {
    expect(await failureOf(providers().fetch(db('postgres', '"planted')))).toMatch(
      /^invalid secret 'config'/,
    );
    expect(vault.leases.size).toBe(0);
  });

  it('gives back the user and then the token', async () => {
    const secrets = providers();
    await secrets.fetch(db('postgres'));
    const [lease] = vault.leases;
    await secrets.release?.();
    expect(vault.revoked).toEqual([lease, 'token']);
    await secrets.release?.();
    expect(vault.revoked).toHaveLength(2);
  });

  it('gives back what arrives after a command was killed', async () => {
    const secrets = providers();
    const late = secrets.fetch(db('postgres'));
    await secrets.release?.();
    await late;
    expect(vault.revoked).toEqual([expect.stringContaining('database/creds/readonly/'), 'token']);
  });

  it('does not wait long for a Vault that hangs', async () => {
    const clock = fakeClock({ skip: 1000 });
    const secrets = providers(approle(), clock);
    await secrets.fetch(db('postgres'));
    vault.hangs = () => true;
    const begun = clock.now();
    const released = secrets.release?.();
    for (let call = 0; call < 2; call++) {
      await clock.asleep();
      await clock.advance(limits.secretCalls.release.tryMilliseconds);
    }
    await released;
    expect(clock.now() - begun).toBeLessThan(limits.secretReleaseSeconds * 1000);
    expect(vault.revoked).toEqual([]);
  });
});

describe('another engine', () => {
  it.for(['hashicorp/ssh', 'hashicorp'])('%s is not known', async (provider) => {
    expect(await failureOf(providers().fetch({ ...kv('x'), provider }))).toMatch(
      /^invalid vault secret engine: .*This agent knows: aws, hashicorp\/kv, hashicorp\/db/,
    );
  });
});

describe('the login', () => {
  const read = (environment: Record<string, string>) => providers(environment).fetch(kv('old/prod/pg'));

  it('is made once for all secrets of an execution', async () => {
    const secrets = providers();
    await Promise.all([secrets.fetch(kv('old/prod/pg')), secrets.fetch(db('mysql'))]);
    expect(vault.logins).toHaveLength(1);
  });

  it('approle takes the secret id from a variable or a file', async () => {
    const file = join(folder, 'secret-id');
    writeFileSync(file, 'planted-secret-id\n');
    const { VAULT_SECRET_ID: _, ...rest } = approle();
    await read(approle());
    await read({ ...rest, VAULT_SECRET_ID_FILE: file, VAULT_AUTH_PATH: '/v1/auth/other/login' });
    const body = { role_id: 'role-1', secret_id: 'planted-secret-id' };
    expect(vault.logins).toEqual([
      { path: 'auth/approle/login', body },
      { path: 'auth/other/login', body },
    ]);
  });

  it.for(['kubernetes', 'kubernetes-account-service'])(
    '%s shows the token of the service account',
    async (method) => {
      const file = join(folder, 'jwt');
      writeFileSync(file, 'planted.jwt');
      await read({
        VAULT_ADDR: vault.url,
        VAULT_AUTH_METHOD: method,
        VAULT_ROLE: 'runops',
        VAULT_KUBERNETES_TOKEN_FILE: file,
      });
      expect(vault.logins).toEqual([
        { path: 'auth/kubernetes/login', body: { role: 'runops', jwt: 'planted.jwt' } },
      ]);
    },
  );

  it('trusts the authority of VAULT_CACERT, and names it to who has none', async () => {
    const tls = serverCertificate();
    await begin({ tls });
    const file = join(folder, 'ca.pem');
    writeFileSync(file, tls.cert);
    expect(await read({ ...approle(), VAULT_CACERT: file })).toEqual({ PG_PASS: 'planted-2' });
    expect(await failureOf(read(approle()))).toMatch(
      /^failed to get Vault client token: .*\(DEPTH_ZERO_SELF_SIGNED_CERT\).*VAULT_CACERT/,
    );
    expect(await failureOf(read({ ...approle(), VAULT_CACERT: join(folder, 'none') }))).toMatch(
      /VAULT_CACERT.*ENOENT/,
    );
  });

  it.for([
    [
      { VAULT_AUTH_METHOD: 'ldap' },
      /^invalid VAULT_AUTH_METHOD: VAULT_AUTH_METHOD: must be one of aws, approle, kubernetes/,
    ],
    [{ VAULT_AUTH_METHOD: '' }, /^invalid VAULT_AUTH_METHOD: /],
    [
      { VAULT_ADDR: 'vault' },
      /^Vault cannot be used: VAULT_ADDR: must be an address that begins with https:/,
    ],
    [{ VAULT_ADDR: 'http://vault:8200' }, /VAULT_ADDR: must be an address that begins with https:/],
    [{ VAULT_ROLE_ID: '' }, /^Vault cannot be used: the login approle needs VAULT_ROLE_ID/],
    [{ VAULT_SECRET_ID: '' }, /exactly one of VAULT_SECRET_ID, VAULT_SECRET_ID_FILE and VAULT_SECRET_ID_ARN/],
    [{ VAULT_AUTH_METHOD: 'kubernetes' }, /the login kubernetes needs VAULT_ROLE/],
  ] as const)('says what is missing: %j', async ([change, words]) => {
    expect(await failureOf(read({ ...approle(), ...change }))).toMatch(words);
  });

  it('says so when Vault refuses, is gone or answers with something else', async () => {
    vault.accepts = () => false;
    expect(await failureOf(read(approle()))).toMatch(
      /^failed to get Vault client token: .*refused the login approle/,
    );
    const gone = { ...approle(), VAULT_ADDR: 'http://127.0.0.1:1' };
    expect(await failureOf(read(gone))).toMatch(/^failed to get Vault client token: .*gave no answer \(/);
  });
});
