import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** A database server on 127.0.0.1 that lives as long as a test. */
export interface TestDatabase {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** Stops the server and deletes its files. */
  stop(): Promise<void>;
}

/** Database servers refuse to run as root: then they run as the user that their package created. */
export function serverUser(name: string): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/** A new directory that belongs to the server's user. */
export function serverDirectory(name: string, user: { uid: number; gid: number } | undefined): string {
  const directory = mkdtempSync(join(tmpdir(), `runops-${name}-`));
  if (user) chownSync(directory, user.uid, user.gid);
  return directory;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Starts the server's process and waits until `isReady`. The returned function stops it and removes `directory`. */
export async function startServer(
  argv: readonly [string, ...string[]],
  options: {
    directory: string;
    user: { uid: number; gid: number } | undefined;
    /** In place of the tests' own. */
    env?: Record<string, string>;
    isReady: () => boolean;
  },
): Promise<() => Promise<void>> {
  const [program, ...rest] = argv;
  const server = spawn(program, rest, {
    cwd: options.directory,
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(options.env && { env: { PATH: process.env.PATH, ...options.env } }),
    ...options.user,
  });
  let log = '';
  server.stderr.on('data', (chunk) => {
    log = `${log}${chunk}`.slice(-4000);
  });
  const stop = () => stopServer(server, options.directory);
  for (let tries = 0; !options.isReady(); tries++) {
    if (tries === 300 || server.exitCode !== null) {
      await stop();
      throw new Error(`${program} did not start:\n${log}`);
    }
    await setTimeout(100);
  }
  return stop;
}

async function stopServer(server: ChildProcess, directory: string) {
  if (server.exitCode === null && server.signalCode === null) {
    const exit = once(server, 'exit');
    // Both servers end on it at once, whoever is connected.
    server.kill('SIGQUIT');
    await exit;
  }
  await rm(directory, { recursive: true, force: true });
}

/** The keys of a target's secret for this database, such as PG_HOST; all empty where it did not start. */
export function databaseKeys(
  prefix: 'PG' | 'MYSQL',
  database: TestDatabase | undefined,
): Record<string, string> {
  return {
    [`${prefix}_HOST`]: database?.host ?? '',
    [`${prefix}_PORT`]: String(database?.port),
    [`${prefix}_USER`]: database?.user ?? '',
    [`${prefix}_PASS`]: database?.password ?? '',
    [`${prefix}_DB`]: database?.database ?? '',
  };
}
