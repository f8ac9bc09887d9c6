import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, createCertificate } from '../support/certificates.ts';
import { mariadbMissing, startMariadb } from '../support/mariadb.ts';
import { runTask } from '../support/run-command.ts';
import type { TestDatabase } from '../support/server-process.ts';

if (mariadbMissing) console.warn(`Tests of mysql with TLS are left out. ${mariadbMissing}`);

describe.skipIf(mariadbMissing)('mysql with TLS', () => {
  const directory = mkdtempSync(join(tmpdir(), 'runops-tls-'));
  const path = (name: string) => join(directory, name);
  const base64 = (name: string) => readFileSync(path(name)).toString('base64');
  let secure: TestDatabase | undefined;
  let plain: TestDatabase | undefined;
  beforeAll(async () => {
    createAuthority(directory);
    createCertificate(directory, 'server', 'localhost', 'subjectAltName=DNS:localhost');
    createCertificate(directory, 'client', 'cert_user', 'extendedKeyUsage=clientAuth');
    const tls = { certificate: path('server.crt'), key: path('server.key'), authority: path('ca.crt') };
    [secure, plain] = await Promise.all([startMariadb({ tls }), startMariadb()]);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([secure?.stop(), plain?.stop()]);
    rmSync(directory, { recursive: true });
  });

  const cipher = "show status like 'Ssl_cipher'";
  const query = (server: TestDatabase | undefined, changes: Record<string, string>, script = cipher) =>
    runTask(
      { type: 'mysql', script },
      {
        MYSQL_HOST: 'localhost',
        MYSQL_PORT: String(server?.port),
        MYSQL_USER: server?.user ?? '',
        MYSQL_PASS: server?.password ?? '',
        MYSQL_DB: server?.database ?? '',
        ...changes,
      },
    );

  it('verifies the server with the authority of the secret, and so its name', async () => {
    const MYSQL_SSL_CA = base64('ca.crt');
    expect((await query(secure, { MYSQL_SSL_CA })).stdout).toMatch(/Ssl_cipher\t\S+/);
    const elsewhere = await query(secure, { MYSQL_SSL_CA, MYSQL_HOST: '127.0.0.1' });
    expect(elsewhere).toMatchObject({ exitCode: 1, stdout: '' });
    const stranger = await query(secure, { MYSQL_SSL_CA: base64('client.crt') });
    expect(stranger).toMatchObject({ exitCode: 1, stdout: '' });
    expect(stranger.stderr).toMatch(/certificate/i);
  });

  it.for(['required', 'verify-ca', 'verify-identity'])(
    'never goes on in plain text with %s',
    async (MYSQL_SSL_MODE) => {
      const ran = await query(plain, { MYSQL_SSL_MODE });
      expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
      expect(ran.stderr).toContain('SSL is required');
      const unknown = await query(secure, { MYSQL_SSL_MODE });
      expect(unknown).toMatchObject({ exitCode: 1, stdout: '' });
    },
  );

  it('takes TLS where it is preferred, as far as the server has it, and none where it is disabled', async () => {
    expect((await query(plain, { MYSQL_SSL_MODE: 'preferred' })).stdout).toContain('Ssl_cipher\t\n');
    expect((await query(secure, {})).stdout).toMatch(/Ssl_cipher\t\S+/);
    expect((await query(secure, { MYSQL_SSL_MODE: 'disabled' })).stdout).toContain('Ssl_cipher\t\n');
  });

  it('proves who it is with a client certificate', async () => {
    const keys = { MYSQL_SSL_CA: base64('ca.crt'), MYSQL_SSL_CERT: base64('client.crt') };
    const MYSQL_SSL_KEY = readFileSync(path('client.key'), 'utf8');
    const login = { ...keys, MYSQL_USER: 'cert_user' };
    expect((await query(secure, { ...login, MYSQL_SSL_KEY })).exitCode).toBe(0);
    expect((await query(secure, { ...login, MYSQL_SSL_CERT: '' })).exitCode).toBe(1);
  });

  it('refuses a mode that there is not', async () => {
    await expect(query(plain, { MYSQL_SSL_MODE: 'REQUIRED' })).rejects.toThrow(
      'MYSQL_SSL_MODE is "REQUIRED"; allowed',
    );
  });
});
