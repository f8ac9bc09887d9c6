import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bedrockGuardrailsDetector } from '../../../adapters/redaction/bedrock-guardrails.ts';
import { parseBedrockGuardrailsConfig } from '../../../adapters/redaction/bedrock-guardrails-config.ts';
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts';
import {
  type FakeGuardrailsServer,
  type GuardrailBehaviour,
  startFakeGuardrailsServer,
} from '../../support/fake-guardrails-server.ts';
import { emitted } from './emitted.ts';

/** The real AWS SDK against a server on loopback. Only time is not real. */
let server: FakeGuardrailsServer;
let clock: FakeClock;

beforeEach(async () => {
  clock = fakeClock({ skip: 29_999 });
  server = await startFakeGuardrailsServer();
  server.detects({ NAME: /subject-\d{4}/ });
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

const raw = 'id | who\n1 | subject-0001 🙂 subject-0002, subject-0001\n';
const released = 'id | who\n1 | [PERSON_NAME] 🙂 [PERSON_NAME], [PERSON_NAME]\n';

function detector(config: Record<string, unknown> = {}) {
  const settings = { guardrail: 'gr1abc', version: '3', endpoint: server.url, ...config };
  return bedrockGuardrailsDetector(parseBedrockGuardrailsConfig(JSON.stringify(settings)), {
    clock,
    random: () => 1,
  });
}

describe('a guardrail', () => {
  it('has its values removed wherever they stand, under the names that Google has for them', async () => {
    const { out, error, findings } = await emitted(detector(), raw);
    expect(error).toBeUndefined();
    expect(out).toBe(released);
    expect(findings).toEqual({ PERSON_NAME: 3 });
    expect(server.requests).toMatchObject([
      {
        url: '/guardrail/gr1abc/version/3/apply',
        authorization: expect.stringContaining('eu-west-1/bedrock'),
      },
    ]);
  });

  it('has a short value removed where it is a word, and everywhere when it is never one', async () => {
    server.detects({ AGE: /\b42\b/, PIN: /77/ });
    const { out } = await emitted(detector(), 'id 1429, age 42, code a779, age:42\n');
    expect(out).toBe('id 1429, age [AGE], code a[PIN]9, age:[AGE]\n');
  });

  it('is asked in windows of the text units that it takes, and loses no value where one ends', async () => {
    const text = Array.from({ length: 4000 }, (_, i) => `subject-${1000 + i}`).join('');
    const { out, error } = await emitted(detector({ windowCharacters: 25_000 }), text);
    expect(error).toBeUndefined();
    expect(out).toBe(text.replaceAll(/subject-\d{4}/g, '[PERSON_NAME]'));
  });

  it('is asked by a few calls at once, within its text units per second', async () => {
    const begin = clock.now();
    await emitted(detector({ parallelRequests: 3 }), 'a line of no interest\n'.repeat(20_000));
    expect(server.parallel()).toBeLessThanOrEqual(3);
    const units = server.requests.reduce((sum, { text }) => sum + Math.ceil(text.length / 1000), 0);
    expect((clock.now() - begin) / 1000).toBeGreaterThanOrEqual((units - 50) / 25);
  });
});

const passing: GuardrailBehaviour[] = [
  'throttled',
  'broken',
  'drops',
  'tears',
  'malformed',
  'page',
  'empty',
  'partial',
];
const lasting: GuardrailBehaviour[] = ['unfiltered', 'blocked', 'paraphrased', 'missing'];

describe('a guardrail that misbehaves', () => {
  it.each(passing)('(%s) lets nothing out, and everything once it is healthy again', async (behaviour) => {
    const guardrail = detector({ totalSeconds: 300 });
    server.behave(behaviour);
    const { out, error } = await emitted(guardrail, raw);
    expect(out).toBe('');
    expect(error).toMatchObject({ name: 'AgentError', code: 'redaction-failed', retryable: true });
    expect(server.requests).toHaveLength(8);
    expect(inspect(error, { depth: Number.POSITIVE_INFINITY })).not.toContain('subject-');
    server.behave(behaviour, behaviour, 'healthy');
    expect((await emitted(guardrail, raw)).out).toBe(released);
  });

  it.each(lasting)('(%s) lets nothing out, and is not asked again', async (behaviour) => {
    server.behave(behaviour);
    const { out, error } = await emitted(detector(), raw);
    expect(out).toBe('');
    expect(error).toMatchObject({ code: 'redaction-failed', retryable: false });
    expect(inspect(error, { depth: Number.POSITIVE_INFINITY })).not.toMatch(/subject/i);
    expect(server.requests).toHaveLength(1);
  });

  it('refuses: nothing leaves for now, and the message says what to grant', async () => {
    server.behave('denied');
    const { out, error } = await emitted(detector(), raw);
    expect(out).toBe('');
    expect(error).toMatchObject({ code: 'redaction-failed', retryable: true });
    expect(String(error)).toContain('bedrock:ApplyGuardrail');
  });

  it('answers slowly: everything is released', async () => {
    server.behave('slow');
    expect((await emitted(detector(), raw)).out).toBe(released);
  });

  it('hangs: each try ends after its time, the last with an error, and its sockets are closed', async () => {
    server.behave('hangs');
    clock = fakeClock({ skip: 20_000 });
    const end = emitted(detector(), raw);
    for (let request = 1; request <= 3; request++) {
      await server.received(request);
      await clock.advance(30_000);
    }
    const { out, error } = await end;
    expect(out).toBe('');
    expect(error).toMatchObject({ code: 'redaction-failed', retryable: true });
    await expect.poll(() => server.pending()).toBe(0);
  });

  it('takes less text than was thought: it gets less', async () => {
    server.behave('too-long', 'too-long', 'healthy');
    const text = `${raw}${'a line of no interest\n'.repeat(300)}`;
    expect((await emitted(detector(), text)).out).toBe(text.replace(raw, released));
    expect(server.requests.length).toBeGreaterThan(3);
  });
});

describe('its configuration', () => {
  it.each([
    [
      'the draft version',
      '{"guardrail":"abc","version":"DRAFT"}',
      'version: must be the number of a version',
    ],
    ['a name', '{"guardrail":"My guardrail","version":"1"}', 'guardrail: must be the id or the ARN'],
    [
      'windows that are too large',
      '{"guardrail":"abc","version":"1","windowCharacters":30000}',
      'at most 25000',
    ],
  ])('is refused with %s', (_, json, problem) => {
    expect(() => parseBedrockGuardrailsConfig(json)).toThrow(problem);
  });
});
