import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FakeGoogleSts, GOOGLE_TOKEN, startFakeGoogleSts } from '../../support/fake-google-sts.ts';
import { type FakeSecretManager, startFakeSecretManager } from '../../support/fake-secret-manager.ts';
import { googleKeyFile } from '../../support/google-key.ts';

const dist = join(import.meta.dirname, '../../../dist');

let manager: FakeSecretManager;
let sts: FakeGoogleSts;
beforeEach(async () => {
  [manager, sts] = await Promise.all([startFakeSecretManager(), startFakeGoogleSts()]);
  manager.secrets = { 'projects/p/secrets/pg/versions/latest': '{"A": "b"}' };
});
afterEach(() => Promise.all([manager.close(), sts.close()]));

/** Google's library is a CommonJS package that loads parts of itself by name: in the runner's bundle it must too. */
it.for(['federation', 'key file'])('the shipped runner reads a Google secret with a %s', async (kind) => {
  const federated = (token: string) => token === GOOGLE_TOKEN;
  manager.accepts = kind === 'federation' ? federated : (token) => token.startsWith('eyJ');
  const [part = ''] = globSync(join(dist, 'runner-parts/remote-stores-*.mjs'));
  const program = `
    const { gcpSecrets } = await import(process.env.PART);
    const clock = { now: Date.now, sleep: () => new Promise(() => {}) };
    const credentials = async () => ({ accessKeyId: 'a', secretAccessKey: 'b' });
    const options = { environment: process.env, access: { credentials }, clock, endpoint: process.env.ENDPOINT };
    const reference = { type: 'bash', provider: 'gcp', path: 'projects/p/secrets/pg', config: null };
    console.log(JSON.stringify(await gcpSecrets(options).fetch(reference)));
    process.exit();`;
  const env = {
    PART: pathToFileURL(part).href,
    ENDPOINT: manager.url,
    GOOGLE_APPLICATION_CREDENTIALS:
      kind === 'federation' ? JSON.stringify(sts.externalAccount) : googleKeyFile(),
  };
  const argv = ['--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { env });
  expect(JSON.parse(stdout)).toEqual({ A: 'b' });
});
