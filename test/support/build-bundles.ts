import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

/** Before all tests: the bundles that some of them run are those of these sources. */
export default function buildBundles() {
  execFileSync(process.execPath, [resolve(import.meta.dirname, '../../build.ts')], { stdio: 'inherit' });
}
