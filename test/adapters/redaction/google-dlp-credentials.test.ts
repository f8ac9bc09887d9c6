import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { googleDlpDetector } from '../../../adapters/redaction/google-dlp.ts';
import { parseGoogleDlpConfig } from '../../../adapters/redaction/google-dlp-config.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { type FakeDlpServer, startFakeDlpServer } from '../../support/fake-dlp-server.ts';
import { type FakeGoogleSts, GOOGLE_TOKEN, startFakeGoogleSts } from '../../support/fake-google-sts.ts';
import { googleKeyFile } from '../../support/google-key.ts';
import { emitted } from './emitted.ts';

let server: FakeDlpServer;
let sts: FakeGoogleSts;

beforeEach(async () => {
  [server, sts] = await Promise.all([startFakeDlpServer(), startFakeGoogleSts()]);
  server.detects({ PERSON_NAME: /subject-\d{4}/ });
  // What Lambda gives to a function; the key is the one of the AWS documentation.
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY');
  vi.stubEnv('AWS_SESSION_TOKEN', 'session');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all([server.close(), sts.close()]);
});

const raw = `who: subject-0001\n${'a line of no interest\n'.repeat(30_000)}`;

function detector(credentials: Record<string, unknown>, clock = fakeClock({ skip: 29_999 })) {
  const config = {
    project: 'example-project',
    endpoint: server.url,
    infoTypes: ['PERSON_NAME'],
    ...credentials,
  };
  return googleDlpDetector(parseGoogleDlpConfig(JSON.stringify(config)), { clock, random: () => 0 });
}

it('exchanges the role of the Lambda for a Google token, once for all windows: there is one client', async () => {
  const dlp = detector({ credentials: sts.externalAccount });
  const texts = await Promise.all([emitted(dlp, raw), emitted(dlp, raw)]);
  for (const { out } of [...texts, await emitted(dlp, raw)]) {
    expect(out).toBe(raw.replace('subject-0001', '[PERSON_NAME]'));
  }
  expect(server.requests.length).toBeGreaterThan(6);
  expect(new Set(server.requests.map(({ authorization }) => authorization))).toEqual(
    new Set([`Bearer ${GOOGLE_TOKEN}`]),
  );
  expect(server.connections()).toBeLessThanOrEqual(4);
  expect(sts.impersonated).toHaveLength(1);
  expect(sts.exchanged).toEqual([
    {
      url: 'https://sts.eu-west-1.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15',
      headers: expect.objectContaining({
        authorization: expect.stringContaining('Credential=AKIAIOSFODNN7EXAMPLE/'),
        'x-amz-security-token': 'session',
        'x-goog-cloud-target-resource': expect.stringContaining('workloadIdentityPools/runops'),
      }),
    },
  ]);
});

it('withholds the output, for now, when Google does not take the role', async () => {
  sts.behave('refuses');
  const { out, error } = await emitted(detector({ credentials: sts.externalAccount }), raw);
  expect(out).toBe('');
  expect(error).toMatchObject({ code: 'redaction-failed', retryable: true });
  expect(String(error)).toContain('attribute condition');
  expect(server.requests).toEqual([]);
});

it('starts anew when the exchange hangs, which all calls of a client share', async () => {
  const still = fakeClock({ skip: 20_000 });
  const dlp = detector({ credentials: sts.externalAccount }, still);
  sts.behave('hangs');
  const end = emitted(dlp, 'who: subject-0001\n');
  await sts.asked();
  sts.behave('healthy');
  await still.advance(30_000);
  expect((await end).out).toBe('who: [PERSON_NAME]\n');
});

it('works with a key file too', async () => {
  const { out } = await emitted(detector({ credentialsFile: googleKeyFile() }), raw);
  expect(out).not.toContain('subject-0001');
  expect(server.requests[0]?.authorization).toMatch(/^Bearer ey/);
});

it('takes no key in its configuration, which is no place for a secret', () => {
  const credentials = { type: 'service_account', private_key: 'hush' };
  expect(() => detector({ credentials })).toThrow('a key belongs in a file');
  expect(() => detector({ credentials })).not.toThrow('hush');
});
