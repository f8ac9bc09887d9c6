import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { packagesIn } from './build-packages.ts';
import { pureSchemas } from './build-pure-schemas.ts';
import { readRubyProgram } from './containers/ruby-runner/program.ts';

/**
 * Bundles what runs outside of this checkout, without `node_modules`, into `dist` or the folder that is given:
 * `node build.ts [FOLDER]`.
 */
const folder = resolve(process.argv[2] ?? `${import.meta.dirname}/dist`);

/** The packages in each bundle, by its entry point: for the list of parts of a release. */
const packages: Record<string, string[]> = {};

/** What a bundle imports of AWS is looked for at its start: so the one verb that needs it has a bundle of its own. */
const doctorApart: Plugin = {
  name: 'doctor-apart',
  setup: ({ onResolve }) =>
    onResolve({ filter: /local\/doctor\.ts$/ }, () => ({ path: './runops-doctor.mjs', external: true })),
};

await bundle({
  entryPoints: { runops: 'cli/main.ts' },
  // Whoever types `runops` may have an older Node than this project.
  target: 'node18',
  banner: { js: '#!/usr/bin/env node' },
  // Only `executions redact` wants them, and finds them in the checkout.
  external: ['@google-cloud/dlp', '@aws-sdk/*', '@smithy/*'],
  plugins: [pureSchemas, doctorApart],
});
await bundle({
  // `runops doctor`, which finds the clients of AWS in the checkout.
  entryPoints: { 'runops-doctor': 'local/doctor.ts' },
  external: ['@google-cloud/dlp', '@aws-sdk/*', '@smithy/*'],
});
chmodSync(`${folder}/runops.mjs`, 0o755);

rmSync(`${folder}/runner-parts`, { recursive: true, force: true });
await bundle({
  entryPoints: { runner: 'containers/runner/main.ts' },
  // Its Node is ours; what has to be rewritten for an older one would be one more file to load.
  target: 'node24',
  supported: { using: true },
  // The clients of secret stores are large: each is a file of its own, loaded where a target names it.
  splitting: true,
  chunkNames: 'runner-parts/[name]-[hash]',
  // What a CommonJS package of these wants are modules of Node; a whole `require` for each part costs a millisecond.
  banner: { js: 'const require = process.getBuiltinModule;' },
});

await bundle({
  // For the CDK apps of others, which bring the CDK: `infra/index.ts`.
  entryPoints: { index: 'infra/index.ts' },
  outdir: `${folder}/infra`,
  external: ['aws-cdk-lib', 'constructs'],
});

rmSync(`${folder}/agent-parts`, { recursive: true, force: true });
await bundle({
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

rmSync(`${folder}/functions`, { recursive: true, force: true });
for (const name of ['poller', 'dispatcher', 'reporter', 'self-test', 'preflight', 'doctor']) {
  await bundle({
    entryPoints: { index: `functions/${name}/handler.ts` },
    outdir: `${folder}/functions/${name}`,
    target: 'node24',
    alias: { '@aws-sdk/credential-provider-node': './adapters/aws/lambda-credentials.ts' },
    // What the SDK would load in a browser.
    external: ['bowser'],
    // Each client of a service is a file of its own, loaded at its first call: `adapters/aws/lazy-ports.ts`.
    splitting: true,
    chunkNames: 'parts/[name]-[hash]',
    // What a CommonJS package needs to find in an ES module: Google's client is one.
    banner: {
      js: `const require = (name) => process.getBuiltinModule(name);
const { filename: __filename, dirname: __dirname } = import.meta;`,
    },
  });
}

// For containers of customers' own images: the dispatcher reads it when a task needs it.
writeFileSync(`${folder}/functions/dispatcher/ruby-runner.json`, JSON.stringify(readRubyProgram()));

writeFileSync(`${folder}/packages.json`, JSON.stringify(packages));

async function bundle(options: Omit<BuildOptions, 'entryPoints'> & { entryPoints: Record<string, string> }) {
  const { metafile } = await build({
    absWorkingDir: import.meta.dirname,
    // A link to modules elsewhere must not change the names of chunks, which hold a hash of their modules' paths.
    preserveSymlinks: true,
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
    plugins: [pureSchemas],
    ...options,
    metafile: true,
  });
  for (const entryPoint of Object.values(options.entryPoints)) packages[entryPoint] = packagesIn(metafile);
}
