import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Registry } from './aws/registry.ts';

const images = resolve(import.meta.dirname, '../../containers/images');

/** The families whose images are built and run here. */
const families = ['shell', 'postgres', 'mysql', 'python', 'node'];

/** Its image has an address, and is not there. */
export const familyWithoutImage = 'heroku';

/**
 * Builds the images and pushes them; by family, the address with the digest. They start from the images that
 * RUNOPS_TEST_BASE_IMAGE and RUNOPS_TEST_NODE_IMAGE name, or else from ones made of this machine's own sources.
 * Families that are not run have the image of the shell in their place, so that the deployment builds none.
 */
export async function pushImages({ host }: Registry): Promise<Record<string, string>> {
  const BASE = process.env.RUNOPS_TEST_BASE_IMAGE || (await run('base/build.sh', ['debian'])).trim();
  const NODE = process.env.RUNOPS_TEST_NODE_IMAGE || (await run('base/build.sh', ['node'])).trim();
  const said = await run('build.sh', ['--push', `${host}/runops`, ...families], { BASE, NODE });
  const pushed: Record<string, string> = Object.fromEntries(
    said
      .trim()
      .split('\n')
      .map((line) => line.split(' ')),
  );
  const others = globSync('*/packages', { cwd: images })
    .map(dirname)
    .filter((name) => name !== 'system');
  return {
    ...Object.fromEntries(others.map((family) => [family, pushed.shell ?? ''])),
    ...pushed,
    [familyWithoutImage]: `${host}/runops/${familyWithoutImage}@sha256:${'0'.repeat(64)}`,
  };
}

async function run(script: string, argv: string[], env: Record<string, string> = {}): Promise<string> {
  const options = { env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 };
  return (await promisify(execFile)(resolve(images, script), argv, options)).stdout;
}
