import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

export interface Typed {
  code: number;
  stdout: string;
  stderr: string;
}

/** `npm start` as a process of its own on a free port, and the `runops` command beside it as its user types it. */
export async function startEverything(environment: Record<string, string>) {
  const home = await mkdtemp(join(tmpdir(), 'runops-start-'));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'local/start.ts'], {
    cwd: root,
    env: { PATH: process.env.PATH, RUNOPS_PORT: '0', RUNOPS_HOME: home, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const said = await firstWords(child.stdout, child.stderr, exited);
  return {
    home,
    said,
    /** Types `runops …`. */
    runops: (...words: string[]) =>
      new Promise<Typed>((done) => {
        const options = { cwd: home, env: { PATH: process.env.PATH, RUNOPS_HOME: home }, maxBuffer: 2 ** 28 };
        execFile(
          process.execPath,
          [join(root, 'dist/runops.mjs'), ...words],
          options,
          (error, stdout, stderr) =>
            done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
        );
      }),
    async stop() {
      child.kill('SIGTERM');
      const [code] = await exited;
      await rm(home, { recursive: true, force: true });
      return code;
    },
  };
}

async function firstWords(
  stdout: NodeJS.ReadableStream,
  stderr: NodeJS.ReadableStream,
  exited: Promise<unknown>,
): Promise<string> {
  const heard = [once(stdout, 'data'), once(stderr, 'data'), exited];
  return String(await Promise.race(heard));
}
