import { afterEach, beforeEach, expect, it } from 'vitest';
import { gcpSecrets } from '../../../adapters/secrets/gcp.ts';
import { AgentError } from '../../../core/errors.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { type FakeGoogleSts, GOOGLE_TOKEN, startFakeGoogleSts } from '../../support/fake-google-sts.ts';
import { type FakeSecretManager, startFakeSecretManager } from '../../support/fake-secret-manager.ts';
import { googleKeyFile } from '../../support/google-key.ts';

let manager: FakeSecretManager;
let sts: FakeGoogleSts;
beforeEach(async () => {
  [manager, sts] = await Promise.all([startFakeSecretManager(), startFakeGoogleSts()]);
  manager.accepts = (token) => token === GOOGLE_TOKEN;
  manager.secrets = {
    'projects/p/secrets/pg/versions/latest': '{"PG_PASS": "planted-2"}',
    'projects/p/secrets/pg/versions/1': '{"PG_PASS": "planted-1"}',
    'projects/p/locations/europe-west3/secrets/pg/versions/latest': '{"PG_PASS": "planted-3"}',
    'projects/p/secrets/text/versions/latest': 'planted',
  };
});
afterEach(() => Promise.all([manager.close(), sts.close()]));

const access = {
  credentials: async () => ({
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    sessionToken: 'session-1',
  }),
};

function read(
  path: string | null,
  environment: Record<string, string> = {},
  clock = fakeClock({ skip: 1000 }),
) {
  const configured = { GOOGLE_APPLICATION_CREDENTIALS: JSON.stringify(sts.externalAccount), ...environment };
  const secrets = gcpSecrets({ environment: configured, access, clock, endpoint: manager.url });
  return secrets.fetch({ type: 'bash', provider: 'gcp', path, config: null });
}

async function failureOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  if (!(error instanceof AgentError)) throw new Error('It did not fail.');
  expect(`${error.message} ${error.cause} ${error.stack}`).not.toMatch(
    /planted|session-1|wJalr|token-of-the|rejected by/,
  );
  return error.message;
}

it.for([
  ['projects/p/secrets/pg', 'planted-2'],
  ['projects/p/secrets/pg/versions/latest', 'planted-2'],
  ['projects/p/secrets/pg/versions/1', 'planted-1'],
  ['projects/p/locations/europe-west3/secrets/pg', 'planted-3'],
] as const)('reads %s with the identity of the role in AWS', async ([path, value]) => {
  expect(await read(path)).toEqual({ PG_PASS: value });
  expect(sts.exchanged[0]?.headers).toMatchObject({ 'x-amz-security-token': 'session-1' });
});

it('reads with a key file, whose tokens the key signs itself', async () => {
  manager.accepts = (token) => /^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/.test(token);
  const secret = read('projects/p/secrets/pg/versions/1', {
    GOOGLE_APPLICATION_CREDENTIALS: googleKeyFile(),
  });
  expect(await secret).toEqual({ PG_PASS: 'planted-1' });
  expect(sts.exchanged).toEqual([]);
});

it.for([
  ['projects/p/secrets/none', /'projects\/p\/secrets\/none' does not exist\. .*\(Google answered 404\.\)/],
  [
    'projects/p/secrets/pg/../x',
    /is not the name of one\. Write the secret_path of the target like projects\//,
  ],
  ['pg', /'pg' is not the name of one/],
  ['projects/p/secrets/text', /must hold a JSON object with its braces/],
] as const)('says what is wrong with %s', async ([path, words]) => {
  expect(await failureOf(read(path))).toMatch(words);
});

it('says what to grant when it may not read, and what to set without credentials', async () => {
  manager.accepts = () => false;
  expect(await failureOf(read('projects/p/secrets/pg'))).toMatch(/roles\/secretmanager\.secretAccessor/);
  sts.behave('refuses');
  expect(await failureOf(read('projects/p/secrets/pg'))).toMatch(
    /no valid credentials\. Set GOOGLE_APPLICATION_CREDENTIALS/,
  );
  const broken = read('projects/p/secrets/pg', { GOOGLE_APPLICATION_CREDENTIALS: '{planted' });
  expect(await failureOf(broken)).toMatch(/no valid credentials/);
  const missing = read('projects/p/secrets/pg', { GOOGLE_APPLICATION_CREDENTIALS: '/none.json' });
  expect(await failureOf(missing)).toMatch(/no valid credentials/);
  await expect(read(null)).rejects.toThrow("missing 'secret_path' config at target");
});

it('does not wait for ever for a token', async () => {
  sts.behave('hangs');
  const clock = fakeClock({ skip: 1000 });
  const failure = failureOf(read('projects/p/secrets/pg', {}, clock));
  await clock.asleep();
  await clock.advance(30_000);
  expect(await failure).toMatch(/Google gave no token within 30 s/);
});
