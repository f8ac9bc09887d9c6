import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { createGzip } from 'node:zlib';

const project = resolve(import.meta.dirname, '../..');

/** Why there is no Docker engine to ask, in one line; undefined when there is one. */
export const dockerMissing = findMissing();

/** How a `docker` command ended, and all that it said. */
export interface Said {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs `docker` with these arguments, whatever its exit code is. */
export async function docker(...argv: string[]): Promise<Said> {
  try {
    const said = await promisify(execFile)('docker', argv, { maxBuffer: 64 * 1024 * 1024, cwd: project });
    return { exitCode: 0, ...said };
  } catch (thrown) {
    if (!(thrown instanceof Error) || !('stdout' in thrown) || !('stderr' in thrown) || !('code' in thrown))
      throw thrown;
    return { exitCode: Number(thrown.code), stdout: String(thrown.stdout), stderr: String(thrown.stderr) };
  }
}

/** Builds the image of the agent on one machine. */
export async function buildAgentImage(): Promise<string> {
  const name = 'runops-agent:test';
  const dockerfile = 'containers/images/agent/Dockerfile';
  const images = Object.entries(await startImages()).flatMap(([key, image]) => [
    '--build-arg',
    `${key}=${image}`,
  ]);
  const built = await docker('build', '--network', 'host', ...images, '-t', name, '-f', dockerfile, '.');
  if (built.exitCode !== 0) throw new Error(`docker build of ${dockerfile}: ${built.stdout}${built.stderr}`);
  return name;
}

/** Builds the images of all families, or of some, and gives each one's name by its family. */
export async function buildFamilyImages(...families: string[]): Promise<Record<string, string>> {
  const env = { ...process.env, ...(await startImages()), VERSION: 'test' };
  const script = resolve(project, 'containers/images/build.sh');
  const { stdout } = await promisify(execFile)(script, families, { env });
  return Object.fromEntries(stdout.matchAll(/^(\S+) (\S+)$/gm).map(([, family, image]) => [family, image]));
}

/** What RUNOPS_TEST_BASE_IMAGE and RUNOPS_TEST_NODE_IMAGE name, or else made from this machine's own sources. */
export async function startImages() {
  return {
    BASE: process.env.RUNOPS_TEST_BASE_IMAGE || (await sourceImage('debian')),
    NODE: process.env.RUNOPS_TEST_NODE_IMAGE || (await sourceImage('node')),
  };
}

async function sourceImage(kind: 'debian' | 'node'): Promise<string> {
  const script = resolve(project, 'containers/images/base/build.sh');
  const { stdout } = await promisify(execFile)(script, [kind], { maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim();
}

/** What a registry would store and a machine would pull. */
export async function compressedMegabytes(image: string): Promise<number> {
  const save = spawn('docker', ['save', image], { stdio: ['ignore', 'pipe', 'inherit'] });
  let bytes = 0;
  const gzip = save.stdout.pipe(createGzip());
  gzip.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  await once(gzip, 'end');
  return Math.round(bytes / 1e6);
}

function findMissing(): string | undefined {
  try {
    execFileSync('docker', ['version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'No Docker engine answers: install docker.io, start dockerd, and install debootstrap for the base image.';
  }
}
