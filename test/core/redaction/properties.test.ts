import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutputFrame } from '../../../core/output.ts';
import type { Findings } from '../../../core/redaction/redactor.ts';
import { chooseSeed } from '../../support/seeded-random.ts';
import { planted } from './planted-values.ts';
import { bytesOf, cutInto, redactFrames, redactor } from './redacting.ts';

const seed = chooseSeed();
console.log(`redaction properties: seed ${seed} (SEED=${seed} repeats them)`);
const check = <T>(property: fc.IAsyncProperty<T> | fc.IProperty<T>, numRuns: number) =>
  fc.assert<T>(property, { seed, numRuns });

/** Things that the detectors and trackers look at twice. */
const trigger = fc.constantFrom(
  ...[
    '\n',
    '\n',
    '\r\n',
    '@',
    ':',
    '=',
    '|',
    '\t',
    ',',
    '"',
    "'",
    '\\n',
    '\\"',
    '%40',
    '%B',
    '\x1b[31m',
    ' ',
    '-',
    '.',
    '4',
    '+1 (',
  ],
  ...[
    '-----BEGIN PRIVATE KEY-----',
    '-----END PRIVATE KEY-----',
    'MIIEpAIBAAKCAQEA',
    'Cookie: ',
    'Bearer ',
    'eyJ',
    'AKIA',
  ],
  ...[
    'id,first_name,email\n',
    ' id | first_name \n----+---\n',
    '1,"Ana',
    '(1 row)\n',
    '-[ RECORD 1 ]\n',
    'born ',
    'passport ',
  ],
  ...[
    'first_name',
    'email',
    '{"last_name":"',
    '://',
    '@example.com',
    '?X-Amz-Signature=',
    '::',
    '00-1a',
    '\ud83d\ude00',
    'é',
  ],
  ...[
    '\u00a0',
    '\u200b',
    '\0',
    '４',
    '＠',
    '–',
    '%20',
    '%0a',
    '\\u000a',
    '\\u0040',
    '&#64;',
    '&nbsp;',
    '\x1b[m',
  ],
  ...[
    '<first_name',
    '</',
    '>',
    "PASSWORD '",
    '--password ',
    'curl -u ',
    '[',
    ']',
    ' Ana',
    '0044 ',
    '.0',
    'ZXlK',
  ],
);
const texts = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: trigger },
      { weight: 2, arbitrary: planted.map(({ text }) => text) },
      { weight: 2, arbitrary: fc.string({ maxLength: 8 }) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join('').toWellFormed());
const cuts = fc.array(fc.nat(), { maxLength: 12 });

/** What may stand around a value in the output of tools. */
const edge = fc.constantFrom(
  ' ',
  '\n',
  '\t',
  '"',
  "'",
  ', ',
  '|',
  ' | ',
  '(',
  ')',
  ';',
  '<',
  '>',
  ': ',
  '\\n',
  '\\t',
  '\x1b[0m',
);
const filler = fc.oneof(
  fc.constantFrom(
    '',
    'ok',
    '42',
    'id',
    '2026-11-20T10:00:00Z',
    '{"a":1}',
    'x=1',
    'Ana',
    '[info]',
    '3.50',
    '10%',
    '127.0.0.1',
  ),
  fc
    .string({ maxLength: 12 })
    .filter((text) => !/[\w@+%:/\\'".-]$/.test(text) && !/^[\w@%:/'".=-]/.test(text)),
);

describe('redaction of any text', () => {
  it('does not depend on how the bytes are split', () =>
    check(
      fc.asyncProperty(texts, cuts, async (text, at) => {
        const { stdout } = await redactFrames(cutInto(bytesOf(text), at));
        expect(stdout).toBe(redactor.message(text));
      }),
      1500,
    ));

  it('does not depend on the split of bytes that are not UTF-8', () =>
    check(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), cuts, async (bytes, at) => {
        const whole = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
        expect((await redactFrames(cutInto(bytes, at))).stdout).toBe(redactor.message(whole));
      }),
      1000,
    ));

  it('does not depend on what the other stream writes in between', () =>
    check(
      fc.asyncProperty(texts, texts, cuts, cuts, async (left, right, leftCuts, rightCuts) => {
        const stdout = cutInto(bytesOf(left), leftCuts);
        const stderr = cutInto(bytesOf(right), rightCuts, 'stderr');
        const mixed: OutputFrame[] = [];
        for (let index = 0; index < Math.max(stdout.length, stderr.length); index++) {
          mixed.push(...stdout.slice(index, index + 1), ...stderr.slice(index, index + 1));
        }
        const redacted = await redactFrames(mixed);
        expect(redacted.stdout).toBe(redactor.message(left));
        expect(redacted.stderr).toBe(redactor.message(right));
      }),
      500,
    ));

  it('leaves no planted value, whatever stands around it', () =>
    check(
      fc.property(
        planted,
        filler,
        edge,
        edge,
        filler,
        ({ infoType, text, value }, before, left, right, after) => {
          const redacted = redactor.message(`${before}${left}${text}${right}${after}`);
          expect(redacted).not.toContain(value);
          expect(redacted, infoType).toMatch(/\[[A-Z_]+\]/);
        },
      ),
      6000,
    ));

  it('leaves every byte of a text in which nothing is found', () =>
    check(
      fc.asyncProperty(texts, cuts, async (text, at) => {
        const findings: Findings = new Map();
        const { stdout } = await redactFrames(cutInto(bytesOf(text), at), redactor, findings);
        if (findings.size === 0) expect(stdout).toBe(text);
      }),
      1500,
    ));
});
