import { chmodSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';

/**
 * Bundles what runs outside of this checkout, without `node_modules`, into `dist` or the folder that is given:
 * `node build.ts [FOLDER]`.
 */
const folder = resolve(process.argv[2] ?? `${import.meta.dirname}/dist`);

bundle({
  entryPoints: { runops: 'cli/main.ts' },
  // Whoever types `runops` may have an older Node than this project.
  target: 'node18',
  banner: { js: '#!/usr/bin/env node' },
  // Only `executions redact` wants them, and finds them in the checkout.
  external: ['@google-cloud/dlp', '@aws-sdk/*', '@smithy/*'],
});
chmodSync(`${folder}/runops.mjs`, 0o755);

bundle({ entryPoints: { runner: 'containers/runner/main.ts' } });

rmSync(`${folder}/agent-parts`, { recursive: true, force: true });
bundle({
  entryPoints: { agent: 'local/agent.ts' },
  // The clients of redaction services are large: each is a file of its own, loaded where it is configured.
  splitting: true,
  chunkNames: 'agent-parts/[name]-[hash]',
  // What a CommonJS package needs to find in an ES module.
  banner: {
    js: `import { createRequire as makeRequire } from 'node:module';
const require = makeRequire(import.meta.url);
const { filename: __filename, dirname: __dirname } = import.meta;`,
  },
});

function bundle(options: BuildOptions) {
  buildSync({
    absWorkingDir: import.meta.dirname,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    ...options,
  });
}
