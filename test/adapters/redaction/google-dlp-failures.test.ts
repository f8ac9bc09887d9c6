import { copyFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { googleDlpDetector } from '../../../adapters/redaction/google-dlp.ts';
import { parseGoogleDlpConfig } from '../../../adapters/redaction/google-dlp-config.ts';
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts';
import { type DlpBehaviour, type FakeDlpServer, startFakeDlpServer } from '../../support/fake-dlp-server.ts';
import { googleKeyFile } from '../../support/google-key.ts';
import { emitted } from './emitted.ts';

/** Google's real client, with a real key file, against a server on loopback. Only time is not real. */
let server: FakeDlpServer;
const credentialsFile = googleKeyFile();

beforeEach(async () => {
  server = await startFakeDlpServer();
  server.detects({ PERSON_NAME: /subject-\d{4}/ });
});
afterEach(() => server.close());

const raw = 'id | who\n1 | subject-0001 🙂 subject-0002\n';
const released = 'id | who\n1 | [PERSON_NAME] 🙂 [PERSON_NAME]\n';

function detector(clock: FakeClock, config: Record<string, unknown> = {}) {
  const settings = { project: 'example-project', endpoint: server.url, infoTypes: ['PERSON_NAME'] };
  return googleDlpDetector(
    parseGoogleDlpConfig(JSON.stringify({ ...settings, credentialsFile, ...config })),
    {
      clock,
      random: () => 1,
    },
  );
}

const passing: DlpBehaviour[] = [
  'quota',
  'broken',
  'drops',
  'tears',
  'malformed',
  'page',
  'empty',
  'nonsense',
  'half',
  'shifted',
];

describe('a DLP server that misbehaves', () => {
  it.each(passing)('(%s) lets nothing out, and everything once it is healthy again', async (behaviour) => {
    const clock = fakeClock({ skip: 29_999 });
    const dlp = detector(clock, { totalSeconds: 300 });
    server.behave(behaviour);
    const { out, error } = await emitted(dlp, raw);
    expect(out).toBe('');
    expect(error).toMatchObject({ name: 'AgentError', code: 'redaction-failed', retryable: true });
    expect(server.requests).toHaveLength(8);
    expect(inspect(error, { depth: Number.POSITIVE_INFINITY })).not.toContain('subject-');
    server.behave(behaviour, behaviour, 'healthy');
    expect((await emitted(dlp, raw)).out).toBe(released);
  });

  it('answers slowly: everything is released', async () => {
    server.behave('slow');
    expect(await emitted(detector(fakeClock({ skip: 29_999 })), raw)).toMatchObject({
      out: released,
      error: undefined,
      findings: { PERSON_NAME: 2 },
    });
  });

  it('hangs: each try ends after its time, the last with an error, and its sockets are closed', async () => {
    const clock = fakeClock({ skip: 20_000 });
    server.behave('hangs');
    const end = emitted(detector(clock), raw);
    for (let request = 1; request <= 3; request++) {
      await server.received(request);
      await clock.advance(30_000);
    }
    const { out, error } = await end;
    expect(out).toBe('');
    expect(error).toMatchObject({ code: 'redaction-failed', retryable: true });
    expect(String(error)).toContain('no answer within');
    await expect.poll(() => server.pending()).toBe(0);
  });

  it('refuses: nothing leaves, it is not asked again at once, and the message says what to grant', async () => {
    server.behave('denied');
    const { out, error } = await emitted(detector(fakeClock({ skip: 29_999 })), raw);
    expect(out).toBe('');
    expect(error).toMatchObject({ code: 'redaction-failed', retryable: true });
    expect(String(error)).toContain('roles/dlp.user');
    expect(server.requests).toHaveLength(1);
  });

  it('does not know an info type: nothing leaves, and it is not tried again', async () => {
    server.behave('unknown-info-type');
    const { out, error } = await emitted(detector(fakeClock({ skip: 29_999 })), raw);
    expect(out).toBe('');
    expect(error).toMatchObject({ code: 'redaction-failed', retryable: false });
    expect(server.requests).toHaveLength(1);
  });

  it.each(['truncated', 'crowded'] as const)(
    '(%s, whatever it is sent) gets all of it removed',
    async (behaviour) => {
      server.behave(behaviour);
      const { out, error } = await emitted(
        detector(fakeClock({ skip: 29_999 })),
        `${raw}${'- line\n'.repeat(1000)}`,
      );
      expect(error).toBeUndefined();
      expect(out).toMatch(/^(\[TOO_MANY_FINDINGS\]\n)+$/);
    },
  );
});

describe('a large output', () => {
  const text = `${'- '.repeat(1000)} subject-0003\n`.repeat(1200);
  const relabelled = text.replaceAll(/subject-\d{4}/g, '[PERSON_NAME]');

  it('that fails at its end has let out nothing raw before', async () => {
    server.behave(...Array.from({ length: 8 }, () => 'healthy' as const), 'denied');
    const { out, error } = await emitted(detector(fakeClock({ skip: 29_999 })), text);
    expect(error).toMatchObject({ code: 'redaction-failed' });
    expect(out.length).toBeGreaterThan(500_000);
    expect(relabelled.startsWith(out)).toBe(true);
  });

  it('is not tried any more in other places when it has failed in one', async () => {
    server.behave('unknown-info-type', 'broken');
    const { error } = await emitted(detector(fakeClock({ skip: 29_999 })), text);
    expect(error).toMatchObject({ retryable: false });
    await expect.poll(() => server.pending()).toBe(0);
    expect(server.requests.length).toBeLessThan(8);
  });

  it('comes out whole or not at all, and never raw, whatever the server does', async () => {
    const any = fc.constantFrom<DlpBehaviour>(
      ...([...passing, 'truncated', 'crowded', 'denied', 'unknown-info-type'] as const),
      ...Array.from({ length: 14 }, () => 'healthy' as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(any, { minLength: 1, maxLength: 20 }), async (behaviours) => {
        server.behave(...behaviours, 'healthy');
        const clock = fakeClock({ skip: 29_999 });
        const { out, error } = await emitted(detector(clock, { totalSeconds: 300 }), text.slice(0, 600_000));
        expect(out).not.toContain('subject-');
        if (error) expect(error).toMatchObject({ code: 'redaction-failed' });
        else if (!out.includes('[TOO_MANY_FINDINGS]')) expect(out).toBe(relabelled.slice(0, out.length));
      }),
      { seed: 20261120, numRuns: 30 },
    );
  });
});

describe('credentials', () => {
  it('that are not there withhold the output, and are looked for again', async () => {
    const late = join(dirname(credentialsFile), 'late.json');
    const dlp = detector(fakeClock({ skip: 29_999 }), { credentialsFile: late });
    const { out, error } = await emitted(dlp, raw);
    expect(out).toBe('');
    expect(error).toMatchObject({ code: 'redaction-failed', retryable: true });
    expect(String(error)).toContain('credentials could not be loaded');
    expect(server.requests).toEqual([]);
    copyFileSync(credentialsFile, late);
    expect((await emitted(dlp, raw)).out).toBe(released);
  });
});

it('waits as long as a server asks that has too much to do', async () => {
  const clock = fakeClock({ skip: 29_999 });
  server.behave('quota', 'healthy');
  expect((await emitted(detector(clock), raw)).out).toBe(released);
  expect(clock.sleeps).toContain(7000);
});
