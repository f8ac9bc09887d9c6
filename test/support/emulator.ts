import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort } from './server-process.ts';

const program =
  process.env.RUNOPS_MINISTACK ??
  (process.env.PATH ?? '')
    .split(':')
    .map((path) => join(path, 'ministack'))
    .find(existsSync);

/** Why AWS cannot be emulated on this machine; undefined when it can. */
export const emulatorMissing: string | undefined =
  program && existsSync(program)
    ? undefined
    : `MiniStack is not installed${program ? ` at ${program}` : ''}: python3 -m pip install 'ministack==1.5.33' docker`;

export interface Emulator {
  endpoint: string;
  port: number;
  /** For every client of the AWS SDK. */
  clientOptions: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
    /** The bucket's name in the path: nobody resolves `bucket.127.0.0.1`. Only the S3 client looks at it. */
    forcePathStyle: true;
  };
  /** Stops it with all that it started, and deletes its files. */
  close(): Promise<void>;
}

const startMilliseconds = 60_000;
const stopMilliseconds = 15_000;

/** A new, empty AWS on 127.0.0.1 that lives as long as a test; `env` goes to MiniStack itself. */
export async function startEmulator(
  options: { port?: number; env?: Record<string, string> } = {},
): Promise<Emulator> {
  if (!program || emulatorMissing) throw new Error(emulatorMissing);
  const port = options.port ?? (await freePort());
  const directory = mkdtempSync(join(tmpdir(), 'runops-emulator-'));
  const server = spawn(program, [], {
    cwd: directory,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...ownFolders(directory),
      BIND_HOST: '127.0.0.1',
      ...options.env,
      GATEWAY_PORT: String(port),
    },
  });
  const output = lastOutputOf(server);
  const killAtExit = () => signalGroup(server, 'SIGKILL');
  process.once('exit', killAtExit);
  const close = async () => {
    await stop(server);
    process.off('exit', killAtExit);
    await rm(directory, { recursive: true, force: true });
  };
  const endpoint = `http://127.0.0.1:${port}`;
  if (!(await becomesReady(server, endpoint))) {
    await close();
    throw new Error(`${program} did not start on port ${port}:\n${output()}`);
  }
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const clientOptions = { endpoint, region: 'us-east-1', credentials, forcePathStyle: true as const };
  return { endpoint, port, clientOptions, close };
}

function ownFolders(directory: string) {
  return { TMPDIR: directory, STATE_DIR: join(directory, 'state'), S3_DATA_DIR: join(directory, 's3') };
}

async function becomesReady(server: ChildProcess, endpoint: string): Promise<boolean> {
  // Without this listener a program that cannot be started would end the tests.
  let failed = false;
  server.once('error', () => {
    failed = true;
  });
  for (let waited = 0; waited < startMilliseconds && !failed && isAlive(server); waited += 100) {
    const signal = AbortSignal.timeout(2_000);
    const answer = await fetch(`${endpoint}/_ministack/ready`, { signal }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return true;
    await setTimeout(100);
  }
  return false;
}

function lastOutputOf(server: ChildProcess): () => string {
  let output = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream?.on('data', (chunk) => {
      output = `${output}${chunk}`.slice(-4000);
    });
  }
  return () => output;
}

/** On SIGTERM it removes the containers that it started; what does not end in time is killed. */
async function stop(server: ChildProcess) {
  if (server.pid === undefined) return;
  if (isAlive(server)) {
    const exit = once(server, 'exit');
    signalGroup(server, 'SIGTERM');
    await Promise.race([exit, setTimeout(stopMilliseconds, undefined, { ref: false })]);
  }
  signalGroup(server, 'SIGKILL');
}

function isAlive(server: ChildProcess): boolean {
  return server.exitCode === null && server.signalCode === null;
}

function signalGroup(server: ChildProcess, signal: NodeJS.Signals) {
  if (server.pid === undefined) return;
  try {
    process.kill(-server.pid, signal);
  } catch {
    // Nobody is left in it.
  }
}
