import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { googleDlpDetector } from '../../../adapters/redaction/google-dlp.ts';
import { parseGoogleDlpConfig } from '../../../adapters/redaction/google-dlp-config.ts';
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts';
import { type FakeDlpServer, startFakeDlpServer } from '../../support/fake-dlp-server.ts';
import { googleKeyFile } from '../../support/google-key.ts';
import { emitted } from './emitted.ts';

let server: FakeDlpServer;
let clock: FakeClock;
const credentialsFile = googleKeyFile();

beforeEach(async () => {
  clock = fakeClock({ skip: 29_999 });
  server = await startFakeDlpServer();
  server.detects({ PERSON_NAME: /subject-\d{4}/ });
});
afterEach(() => server.close());

function detector(config: Record<string, unknown> = {}) {
  const settings = { project: 'example-project', endpoint: server.url, infoTypes: ['PERSON_NAME'] };
  return googleDlpDetector(
    parseGoogleDlpConfig(JSON.stringify({ ...settings, credentialsFile, ...config })),
    {
      clock,
      random: () => 0,
    },
  );
}

const label = '[PERSON_NAME]';
const relabelled = (text: string) => text.replaceAll(/subject-\d{4}/g, label);

describe('a large output', () => {
  it('loses no value at a boundary, be it of windows or of lines', async () => {
    // There are no lines, and no place where a window could end without cutting a value.
    server.findingsMax(100_000);
    const text = Array.from({ length: 60_000 }, (_, i) => `subject-${1000 + (i % 9000)}`).join('');
    const { out, error } = await emitted(detector(), text);
    expect(error).toBeUndefined();
    expect(out).toBe(relabelled(text));
  });

  it('is sent in requests within the limit, however its characters are escaped', async () => {
    const text = `${'\u0001\u0002"\\🙂 '.repeat(60)}subject-0001\n`.repeat(1500);
    const { out } = await emitted(detector(), text);
    expect(out).toBe(relabelled(text));
    expect(Math.max(...server.requests.map(({ bytes }) => bytes))).toBeLessThan(500_000);
    expect(server.requests.length).toBeGreaterThan(5);
  });

  it('is looked at by several requests at once, but not by more than the configuration says', async () => {
    await emitted(detector({ parallelRequests: 3 }), 'a line of no interest\n'.repeat(100_000));
    expect(server.parallel()).toBe(3);
  });

  it('stays within the quota', async () => {
    const begin = clock.now();
    await emitted(
      detector({ requestsPerMinute: 60, parallelRequests: 2 }),
      'a line of no interest\n'.repeat(100_000),
    );
    expect(clock.now() - begin).toBeGreaterThanOrEqual((server.requests.length - 2) * 1000);
  });

  it('is not sent on after a window has failed', async () => {
    server.behave('healthy', 'unknown-info-type');
    const { out } = await emitted(
      detector({ parallelRequests: 1 }),
      'a line with subject-0001\n'.repeat(40_000),
    );
    expect(out).toBe('');
    expect(server.requests).toHaveLength(2);
  });
});

describe('positions', () => {
  it('are right after characters of any size', async () => {
    const dlp = detector();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 6 }),
        async (pieces) => {
          const text = pieces.map((piece) => piece.replaceAll(/[\d@]/g, '')).join('🙂subject-0042🙂');
          expect((await emitted(dlp, text)).out).toBe(relabelled(text));
        },
      ),
      { seed: 20261120, numRuns: 60 },
    );
  });
});

describe('too many findings', () => {
  const line = (values: number) => `${'subject-0001 '.repeat(values)}${'- '.repeat(700)}\n`;

  it('are looked for in smaller and smaller windows', async () => {
    server.findingsMax(20);
    const text = line(6).repeat(100);
    expect((await emitted(detector(), text)).out).toBe(relabelled(text));
  });

  it('in one line cost the line, and no other', async () => {
    server.findingsMax(6);
    const dense = `${'subject-0002 '.repeat(20)}.`;
    const { out } = await emitted(detector(), `${line(1).repeat(20)}${dense}\n${line(1).repeat(20)}`);
    expect(out).not.toContain('subject-');
    expect(out).toContain('[TOO_MANY_FINDINGS]');
    expect(out.split(label).length).toBeGreaterThan(30);
    expect((await emitted(detector(), `${dense}\n`)).out).toBe('[TOO_MANY_FINDINGS]\n');
  });
});

describe('the configuration', () => {
  it('says what is found: patterns, dictionaries and what to leave', async () => {
    const dlp = detector({
      customInfoTypes: [
        { name: 'CUSTOMER_NUMBER', regex: 'cust-[0-9]{3}' },
        { name: 'PROJECT_NAME', dictionary: ['bluebird', 'kestrel'] },
      ],
      exclusions: [{ dictionary: ['subject-0007'] }],
    });
    const { out, findings } = await emitted(
      dlp,
      'cust-001 flew bluebird with subject-0007 and subject-0008\n',
    );
    expect(out).toBe('[CUSTOMER_NUMBER] flew [PROJECT_NAME] with subject-0007 and [PERSON_NAME]\n');
    expect(findings).toEqual({ CUSTOMER_NUMBER: 1, PROJECT_NAME: 1, PERSON_NAME: 1 });
  });

  it('says where the text is looked at; the answer is to hold no values', async () => {
    await emitted(detector({ location: 'europe-west1' }), 'text\n');
    expect(server.requests[0]?.asksForQuotes).toBe(false);
    expect(server.requests[0]?.url).toContain(
      '/v2/projects/example-project/locations/europe-west1/content:inspect',
    );
  });

  it('defaults to the list of the first agent', () => {
    const { infoTypes, minLikelihood, location } = parseGoogleDlpConfig('{"project":"p"}');
    expect(infoTypes).toHaveLength(32);
    expect([minLikelihood, location]).toEqual(['POSSIBLE', 'global']);
  });

  it.each([
    ['no JSON', '{', 'is not valid JSON'],
    ['no project', '{}', 'project: must be a string'],
    ['a name that is not known', '{"project":"p","infotypes":[]}', 'infotypes'],
    ['no info types at all', '{"project":"p","infoTypes":[]}', 'infoTypes: must be at least 1'],
    ['an address in clear', '{"project":"p","endpoint":"http://dlp.example.com"}', 'https://'],
    [
      'two ways at once',
      '{"project":"p","customInfoTypes":[{"name":"A","regex":"a","dictionary":["bb"]}]}',
      'one of',
    ],
    [
      'two credentials',
      `{"project":"p","credentialsFile":"a","credentials":{"type":"external_account","audience":"a",
        "token_url":"https://sts.googleapis.com/v1/token"}}`,
      'not both',
    ],
  ])('is refused with %s', (_, json, problem) => {
    expect(() => parseGoogleDlpConfig(json)).toThrow(problem);
  });

  it('is refused when its dictionaries leave no room for text', () => {
    const dictionary = Array.from({ length: 1000 }, (_, i) => `${i} ${'word '.repeat(90)}`);
    expect(() => detector({ customInfoTypes: [{ name: 'WORDS', dictionary }] })).toThrow('stored info types');
  });
});
