import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, copyFileSync, existsSync, globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, serverDirectory, serverUser, startServer, type TestDatabase } from './server-process.ts';

/** Debian keeps the server's programs out of PATH. */
const binaries = [
  ...globSync('/usr/lib/postgresql/*/bin').sort().reverse(),
  ...(process.env.PATH ?? '').split(':'),
].find((directory) => existsSync(join(directory, 'initdb')));
const hasClient = (process.env.PATH ?? '').split(':').some((path) => existsSync(join(path, 'psql')));

/** Why there can be no PostgreSQL on this machine; undefined when there can. */
export const postgresMissing: string | undefined =
  binaries && hasClient ? undefined : 'PostgreSQL is not installed: apt-get install postgresql';

export interface PostgresOptions {
  password?: string;
  /** Where it listens, 127.0.0.1 unless told; on another address it takes the password from everywhere. */
  address?: string;
  /** A server certificate with its key, and the authority that must have signed the clients' certificates. */
  tls?: { certificate: string; key: string; authority: string };
}

/** A new PostgreSQL with one superuser; undefined when it is not installed. */
export async function startPostgres(options: PostgresOptions = {}): Promise<TestDatabase | undefined> {
  if (!binaries || postgresMissing) return undefined;
  const user = serverUser('postgres');
  const directory = serverDirectory('postgres', user);
  const account = { user: 'runops', password: options.password ?? 'pg-password-1', database: 'postgres' };
  initialize(binaries, directory, { ...account, processUser: user });
  if (options.tls) enableTls(directory, options.tls, user);
  const { address = '127.0.0.1' } = options;
  if (options.address)
    appendFileSync(join(directory, 'data/pg_hba.conf'), 'host all all all scram-sha-256\n');

  const port = await freePort();
  const stop = await startServer(
    [
      join(binaries, 'postgres'),
      ...['-D', join(directory, 'data'), '-p', String(port), '-k', directory],
      ...['-c', `listen_addresses=${address}`, '-c', 'fsync=off'],
      ...(options.tls ? ['-c', 'ssl=on', '-c', 'ssl_ca_file=ca.crt'] : []),
    ],
    { directory, user, isReady: () => isReady(binaries, address, port) },
  );
  return { host: address, port, ...account, stop };
}

type ServerUser = ReturnType<typeof serverUser>;

function initialize(
  binaries: string,
  directory: string,
  account: { user: string; password: string; processUser: ServerUser },
) {
  const passwordFile = join(directory, 'password');
  writeFileSync(passwordFile, `${account.password}\n`);
  const options = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'];
  execFileSync(
    join(binaries, 'initdb'),
    [
      ...options,
      `--pgdata=${join(directory, 'data')}`,
      `--username=${account.user}`,
      `--pwfile=${passwordFile}`,
    ],
    { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'], ...account.processUser },
  );
}

/** With TLS the server asks `cert_user` for a client certificate in place of a password. */
function enableTls(directory: string, tls: NonNullable<PostgresOptions['tls']>, user: ServerUser) {
  const data = join(directory, 'data');
  const files = { 'server.crt': tls.certificate, 'server.key': tls.key, 'ca.crt': tls.authority };
  for (const [name, source] of Object.entries(files)) {
    copyFileSync(source, join(data, name));
    // PostgreSQL refuses a key that others can read.
    chmodSync(join(data, name), 0o600);
    if (user) execFileSync('chown', [`${user.uid}:${user.gid}`, join(data, name)]);
  }
  writeFileSync(
    join(data, 'pg_hba.conf'),
    'hostssl all cert_user all cert\nhostssl all all all scram-sha-256\nhost all all all reject\n',
  );
}

function isReady(binaries: string, address: string, port: number): boolean {
  try {
    execFileSync(join(binaries, 'pg_isready'), ['-h', address, '-p', String(port)]);
    return true;
  } catch {
    return false;
  }
}
