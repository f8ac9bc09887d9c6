import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
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

/** A new MariaDB with one user who may do anything in one database; undefined when it is not installed. */
export async function startMariadb(options: { password?: string } = {}): Promise<TestDatabase | undefined> {
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
  writeFileSync(join(directory, 'init.sql'), initialSql(account));

  const port = await freePort();
  const stop = await startServer(
    [
      programs.server,
      ...['--no-defaults', data, `--port=${port}`, '--bind-address=127.0.0.1'],
      ...[`--socket=${join(directory, 'socket')}`, `--pid-file=${join(directory, 'pid')}`],
      ...['--skip-name-resolve', '--innodb-flush-log-at-trx-commit=0'],
      `--init-file=${join(directory, 'init.sql')}`,
    ],
    { directory, user, isReady: () => canConnect(account, port) },
  );
  return { host: '127.0.0.1', port, ...account, stop };
}

type Account = Pick<TestDatabase, 'user' | 'password' | 'database'>;

/** The server runs one statement per line, before it listens. */
function initialSql({ user, password, database }: Account): string {
  const quoted = `'${password.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  return [
    `CREATE DATABASE ${database} CHARACTER SET utf8mb4;`,
    `CREATE USER '${user}'@'%' IDENTIFIED BY ${quoted};`,
    `GRANT ALL ON ${database}.* TO '${user}'@'%';`,
    '',
  ].join('\n');
}

function canConnect({ user, password }: Account, port: number): boolean {
  try {
    const address = ['--host=127.0.0.1', `--port=${port}`, '--protocol=TCP', `--user=${user}`];
    execFileSync('mysql', ['--no-defaults', ...address, '--execute=SELECT 1'], {
      env: { PATH: process.env.PATH, MYSQL_PWD: password },
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}
