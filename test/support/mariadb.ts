import { execFileSync } from 'node:child_process';
import { chownSync, copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, serverDirectory, serverUser, startServer, type TestDatabase } from './server-process.ts';

const folders = ['/usr/sbin', ...(process.env.PATH ?? '').split(':')];
const find = (program: string) => folders.map((path) => join(path, program)).find(existsSync);
const programs = { server: find('mariadbd'), install: find('mariadb-install-db'), client: find('mysql') };

/** Why there can be no MariaDB on this machine; undefined when there can. */
export const mariadbMissing: string | undefined =
  programs.server && programs.install && programs.client
    ? undefined
    : 'MariaDB is not installed: apt-get install mariadb-server mariadb-client';

/**
 * A new MariaDB with one user who may do anything in one database; undefined when it is not installed. It listens on
 * 127.0.0.1 unless told.
 */
export async function startMariadb(
  options: {
    password?: string;
    address?: string;
    tls?: { certificate: string; key: string; authority: string };
  } = {},
): Promise<TestDatabase | undefined> {
  if (!programs.server || !programs.install || mariadbMissing) return undefined;
  const user = serverUser('mysql');
  const directory = serverDirectory('mariadb', user);
  const account = { user: 'runops', password: options.password ?? 'my-password-1', database: 'shop' };
  const data = `--datadir=${join(directory, 'data')}`;
  execFileSync(
    programs.install,
    ['--no-defaults', data, '--auth-root-authentication-method=normal', '--skip-test-db'],
    { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'], ...user },
  );
  writeFileSync(join(directory, 'init.sql'), initialSql(account, options.tls !== undefined));

  const { address = '127.0.0.1' } = options;
  const port = await freePort();
  const stop = await startServer(
    [
      programs.server,
      ...['--no-defaults', data, `--port=${port}`, `--bind-address=${address}`],
      ...[`--socket=${join(directory, 'socket')}`, `--pid-file=${join(directory, 'pid')}`],
      ...['--skip-name-resolve', '--innodb-flush-log-at-trx-commit=0'],
      `--init-file=${join(directory, 'init.sql')}`,
      ...(options.tls ? tlsOptions(options.tls, directory, user) : []),
    ],
    { directory, user, isReady: () => canConnect(account, address, port) },
  );
  return { host: address, port, ...account, stop };
}

function tlsOptions(
  tls: { certificate: string; key: string; authority: string },
  directory: string,
  user: ReturnType<typeof serverUser>,
): string[] {
  const files = { cert: tls.certificate, key: tls.key, ca: tls.authority };
  return Object.entries(files).map(([option, source]) => {
    const copy = join(directory, `${option}.pem`);
    copyFileSync(source, copy);
    if (user) chownSync(copy, user.uid, user.gid);
    return `--ssl-${option}=${copy}`;
  });
}

type Account = Pick<TestDatabase, 'user' | 'password' | 'database'>;

/** The server runs one statement per line, before it listens. With TLS `cert_user` needs a client certificate. */
function initialSql({ user, password, database }: Account, tls: boolean): string {
  const quoted = `'${password.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  return [
    `CREATE DATABASE ${database} CHARACTER SET utf8mb4;`,
    `CREATE USER '${user}'@'%' IDENTIFIED BY ${quoted};`,
    `GRANT ALL ON ${database}.* TO '${user}'@'%';`,
    ...(tls ? [`GRANT ALL ON ${database}.* TO 'cert_user'@'%' IDENTIFIED BY ${quoted} REQUIRE X509;`] : []),
    '',
  ].join('\n');
}

function canConnect({ user, password }: Account, host: string, port: number): boolean {
  try {
    const address = [`--host=${host}`, `--port=${port}`, '--protocol=TCP', `--user=${user}`];
    execFileSync('mysql', ['--no-defaults', ...address, '--execute=SELECT 1'], {
      env: { PATH: process.env.PATH, MYSQL_PWD: password },
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}
