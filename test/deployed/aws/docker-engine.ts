import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { docker } from '../../images/docker.ts';

const startSeconds = 60;

/** The Docker engine of this machine: the one that runs, or one that lives until it is closed. */
export async function startDockerEngine(): Promise<{ close(): Promise<void> }> {
  if (await answers()) return { close: async () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'runops-dockerd-'));
  const logFile = join(folder, 'log');
  const log = openSync(logFile, 'w');
  const engine = spawn('dockerd', [], { stdio: ['ignore', log, log] });
  const close = async () => {
    if (engine.exitCode === null && engine.signalCode === null) {
      engine.kill('SIGTERM');
      await once(engine, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  };
  for (let waited = 0; waited < startSeconds; waited++) {
    if (await answers()) return { close };
    if (engine.exitCode !== null) break;
    await setTimeout(1000);
  }
  const said = readFileSync(logFile, 'utf8').slice(-2000);
  await close();
  throw new Error(`dockerd did not start:\n${said}`);
}

async function answers(): Promise<boolean> {
  return (await docker('version')).exitCode === 0;
}
