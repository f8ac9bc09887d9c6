import { chmodSync } from 'node:fs';
import { resolve } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';

/**
 * Bundles what runs outside of this checkout, each as one file without `node_modules`, into `dist` or the folder
 * that is given: `node build.ts [FOLDER]`.
 */
const folder = resolve(process.argv[2] ?? `${import.meta.dirname}/dist`);

// Whoever types `runops` may have an older Node than this project.
bundle('cli/main.ts', 'runops', { target: 'node18', banner: { js: '#!/usr/bin/env node' } });
chmodSync(`${folder}/runops.mjs`, 0o755);
bundle('containers/runner/main.ts', 'runner');
bundle('local/agent.ts', 'agent');

function bundle(entry: string, name: string, options: BuildOptions = {}) {
  buildSync({
    absWorkingDir: import.meta.dirname,
    entryPoints: [entry],
    outfile: `${folder}/${name}.mjs`,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    // Loaded only where they are configured, from the folder of packages.
    external: ['@google-cloud/dlp', '@aws-sdk/*'],
    ...options,
  });
}
