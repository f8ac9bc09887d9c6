import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterEach, expect, it } from 'vitest';
import { type FakeDlpServer, startFakeDlpServer } from '../../support/fake-dlp-server.ts';
import { googleKeyFile } from '../../support/google-key.ts';

/** What a CommonJS package needs to find in an ES module. */
const banner = `import { createRequire as makeRequire } from 'node:module';
const require = makeRequire(import.meta.url);
const { filename: __filename, dirname: __dirname } = import.meta;`;

let server: FakeDlpServer;
let outdir: string;
afterEach(async () => {
  rmSync(outdir, { recursive: true, force: true });
  await server.close();
});

/** Lambda and the containers run bundles. The client is a CommonJS package that loads parts of itself by name. */
it.each([
  ['one file', { splitting: false }],
  ['several files, of which the client is one', { splitting: true }],
])('works when bundled into %s', async (_, { splitting }) => {
  server = await startFakeDlpServer();
  server.detects({ PERSON_NAME: /subject-\d{4}/ });
  const config = {
    project: 'p',
    endpoint: server.url,
    infoTypes: ['PERSON_NAME'],
    credentialsFile: googleKeyFile(),
  };
  outdir = mkdtempSync(join(tmpdir(), 'bundle-'));
  await build({
    stdin: {
      contents: `import { externalDetectors } from './external-detectors.ts';
        const clock = { now: Date.now, sleep: (ms, signal) => new Promise((resolve) => {
          const timer = setTimeout(resolve, ms);
          signal?.addEventListener('abort', () => { clearTimeout(timer); resolve(); });
        }) };
        const [detector] = externalDetectors({ googleDlp: process.env.CONFIG }, { clock, random: Math.random });
        console.log(JSON.stringify(await detector.find('to subject-0001')));
        process.exit();`,
      resolveDir: join(import.meta.dirname, '../../../adapters/redaction'),
    },
    outdir,
    splitting,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    banner: { js: banner },
    logLevel: 'error',
  });
  const env = { CONFIG: JSON.stringify(config) };
  const { stdout } = await promisify(execFile)(process.execPath, [join(outdir, 'stdin.mjs')], { env });
  expect(JSON.parse(stdout)).toEqual([{ start: 3, end: 15, infoType: 'PERSON_NAME' }]);
});
