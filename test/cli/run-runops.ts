import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export const token = 'user-token-3f9c';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Runtime {
  name: string;
  node: string;
}

/** The Node of this project and, where the machine has another one of at least 18, that one too. */
export function runtimes(): Runtime[] {
  const own = { name: `node ${process.versions.node}`, node: process.execPath };
  for (const folder of ['/usr/local/bin', ...(process.env.PATH ?? '').split(delimiter)]) {
    if (folder.includes('node_modules')) continue;
    const node = join(folder, 'node');
    const version = versionOf(node);
    if (version && version !== process.versions.node && Number.parseInt(version, 10) >= 18) {
      return [own, { name: `node ${version}`, node }];
    }
  }
  return [own];
}

function versionOf(node: string): string | undefined {
  try {
    return execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return undefined;
  }
}

/** The command as people get it: built by `build.ts`, alone in a folder without `node_modules`. */
export function builtRunops(): string {
  const folder = mkdtempSync(join(tmpdir(), 'runops-cli-'));
  execFileSync(process.execPath, ['build.ts', folder], { stdio: 'inherit' });
  return join(folder, 'runops.mjs');
}

export interface RunOptions {
  node?: string;
  env?: Record<string, string>;
  cwd?: string;
  input?: string | Uint8Array;
}

/** Starts the built command as a real process whose environment holds nothing but what is given. */
export function startRunops(runops: string, args: readonly string[], options: RunOptions = {}) {
  const { node = process.execPath, env = {}, cwd = tmpdir() } = options;
  const child = spawn(node, [runops, ...args], { cwd, env: { PATH: process.env.PATH, ...env } });
  child.stdin.on('error', () => {}).end(options.input ?? '');
  const ended = new Promise<Ended>((resolve, reject) => {
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
  });
  return { child, ended };
}

export async function runRunops(
  runops: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ended> {
  return await startRunops(runops, args, options).ended;
}

/** The environment of somebody who has set up a server. */
export function serverEnv(url: string): Record<string, string> {
  return { RUNOPS_API_URL: url, RUNOPS_TOKEN: token };
}
