import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Registry } from './aws/registry.ts';

const images = resolve(import.meta.dirname, '../../containers/images');

/**
 * Builds the image of each family and pushes it; by family, the address with the digest. They start from the images
 * that RUNOPS_TEST_BASE_IMAGE and RUNOPS_TEST_NODE_IMAGE name, or else from ones made of this machine's own sources.
 */
export async function pushImages({ host }: Registry): Promise<Record<string, string>> {
  const BASE = process.env.RUNOPS_TEST_BASE_IMAGE || (await run('base/build.sh', ['debian'])).trim();
  const NODE = process.env.RUNOPS_TEST_NODE_IMAGE || (await run('base/build.sh', ['node'])).trim();
  const said = await run('build.sh', ['--push', `${host}/runops`], { BASE, NODE });
  const lines = said.trim().split('\n');
  return Object.fromEntries(lines.map((line) => line.split(' ')));
}

async function run(script: string, argv: string[], env: Record<string, string> = {}): Promise<string> {
  const options = { env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 };
  return (await promisify(execFile)(resolve(images, script), argv, options)).stdout;
}
