import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { redactionServices } from '../../../../adapters/aws/checks/redaction-services.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import {
  type DlpBehaviour,
  type FakeDlpServer,
  startFakeDlpServer,
} from '../../../support/fake-dlp-server.ts';
import { type FakeGoogleSts, startFakeGoogleSts } from '../../../support/fake-google-sts.ts';

let server: FakeDlpServer;
let sts: FakeGoogleSts;
beforeEach(async () => {
  [server, sts] = await Promise.all([startFakeDlpServer(), startFakeGoogleSts()]);
  server.detects({ CREDIT_CARD_NUMBER: /(\d{4} ){3}\d{4}/ });
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all([server.close(), sts.close()]);
});

/** With Google's own client, whose token comes from an exchange. */
async function look(changes: Record<string, unknown> = {}) {
  const config = {
    project: 'example-project',
    endpoint: server.url,
    credentials: sts.externalAccount,
    ...changes,
  };
  const settings = { googleDlp: JSON.stringify(config), bedrockGuardrail: undefined };
  const checks = redactionServices(settings, fakeClock({ skip: 29_999 }));
  const findings = (await Promise.all(checks.map((check) => check.look()))).flat();
  return findings[0];
}

describe('Google DLP', () => {
  it('is well when it finds the number that was planted', async () => {
    expect(await look()).toMatchObject({ check: 'Google DLP', state: 'well' });
    expect(sts.exchanged).toHaveLength(1);
    expect(server.requests[0]?.text).toContain('4242 4242 4242 4242');
  });

  it('is ill when it finds nothing', async () => {
    server.detects({});
    expect(await look()).toMatchObject({
      state: 'ill',
      remedy: expect.stringContaining('docs/redaction.md'),
    });
  });

  it.each<[DlpBehaviour, string, RegExp]>([
    ['unknown-info-type', 'ill', /RUNOPS_GOOGLE_DLP/],
    ['broken', 'ill', /tried again/],
    // It knows the role of the reporter, and this may be somebody else.
    ['denied', 'unknown', /not the reporter/],
  ])('that is %s is %s', async (behaviour, state, remedy) => {
    server.behave(behaviour);
    expect(await look()).toMatchObject({ state, remedy: expect.stringMatching(remedy) });
  });

  it('is not asked where it is not configured', () => {
    expect(redactionServices({ googleDlp: '', bedrockGuardrail: undefined }, fakeClock())).toEqual([]);
  });
});
