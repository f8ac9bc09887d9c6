import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, createCertificate } from '../support/certificates.ts';
import { postgresMissing, startPostgres } from '../support/postgres.ts';
import { runTask } from '../support/run-command.ts';
import { databaseKeys, type TestDatabase } from '../support/server-process.ts';

if (postgresMissing) console.warn(`Tests of postgres with TLS are left out. ${postgresMissing}`);

describe.skipIf(postgresMissing)('postgres with TLS', () => {
  const directory = mkdtempSync(join(tmpdir(), 'runops-tls-'));
  const file = (name: string) => join(directory, name);
  const base64 = (name: string) => readFileSync(file(name)).toString('base64');
  let server: TestDatabase | undefined;

  beforeAll(async () => {
    createAuthority(directory);
    createCertificate(directory, 'server', 'localhost', 'subjectAltName=IP:127.0.0.1');
    createCertificate(directory, 'client', 'cert_user', 'extendedKeyUsage=clientAuth');
    const tls = { certificate: file('server.crt'), key: file('server.key'), authority: file('ca.crt') };
    server = await startPostgres({ tls });
    await query('create role cert_user login', {});
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
    rmSync(directory, { recursive: true });
  });

  const query = (script: string, changes: Record<string, string>) =>
    runTask(
      { type: 'postgres', script },
      {
        ...databaseKeys('PG', server),
        ...changes,
      },
    );

  it('verifies the server with the root certificate of the secret', async () => {
    const ran = await query('select ssl from pg_stat_ssl where pid = pg_backend_pid()', {
      PGSSLMODE: 'verify-full',
      PGSSLROOTCERT: base64('ca.crt'),
    });
    expect(ran).toEqual({ exitCode: 0, stdout: 'ssl\nt\n(1 row)\n', stderr: '' });
  });

  it('refuses a server that another authority has signed', async () => {
    const ran = await query('select 1', { PGSSLMODE: 'verify-full', PGSSLROOTCERT: base64('client.crt') });
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toContain('certificate verify failed');
  });

  it('proves who it is with a client certificate, as base64 or as it is', async () => {
    const asBase64 = { PGSSLCERT: base64('client.crt'), PGSSLKEY: base64('client.key') };
    const asPem = { PGSSLCERT: readFileSync(file('client.crt'), 'utf8'), PGSSLKEY: asBase64.PGSSLKEY };
    for (const keys of [asBase64, asPem]) {
      const ran = await query('select current_user as who', { PG_USER: 'cert_user', ...keys });
      expect(ran).toEqual({ exitCode: 0, stdout: 'who\ncert_user\n(1 row)\n', stderr: '' });
    }
  });
});
