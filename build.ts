import { chmodSync, existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';

/**
 * Bundles what runs outside of this checkout, each as one file without `node_modules`, into `dist` or the folder
 * that is given: `node build.ts [FOLDER]`.
 */
const folder = resolve(process.argv[2] ?? `${import.meta.dirname}/dist`);

const bundled: BuildOptions = {
  absWorkingDir: import.meta.dirname,
  bundle: true,
  platform: 'node',
  format: 'esm',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
};

buildSync({
  ...bundled,
  entryPoints: ['cli/main.ts'],
  outfile: `${folder}/runops.mjs`,
  // Whoever types `runops` may have an older Node than this project.
  target: 'node18',
  banner: { js: '#!/usr/bin/env node' },
});
chmodSync(`${folder}/runops.mjs`, 0o755);

if (existsSync(`${import.meta.dirname}/containers/runner/main.ts`)) {
  buildSync({
    ...bundled,
    entryPoints: ['containers/runner/main.ts'],
    outfile: `${folder}/runner.mjs`,
    target: 'node22',
    mainFields: ['module', 'main'],
  });
}
