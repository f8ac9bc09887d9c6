import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodedForms } from '../../core/masking/encoded-forms.ts';
import { maskSecrets, SECRET_MARK } from '../../core/masking.ts';
import { naiveMasking } from '../support/naive-masking.ts';

/** Few letters make values that overlap themselves and each other. */
const value = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom('a', '+', '/', '"', "'", '\n', ' ', 'é', '🔑', '\\', '%'),
    maxLength: 9,
  }),
  fc.string({ unit: 'binary', minLength: 4, maxLength: 30 }),
  fc.string({ minLength: 4, maxLength: 70 }),
);
const values = fc.array(value, { minLength: 1, maxLength: 5 });

/** A text made of forms, parts of forms, longer base64 and anything else. */
const secretsAndText = values.chain((secrets) => {
  const forms = encodedForms(secrets).map(({ bytes }) => Buffer.from(bytes));
  const form = fc.constantFrom(...forms, Buffer.from('ab'));
  const piece = fc.oneof(
    form,
    fc
      .tuple(form, fc.nat(40), fc.nat(40))
      .map(([bytes, from, length]) => bytes.subarray(from, from + length)),
    fc
      .tuple(fc.string({ maxLength: 4 }), fc.constantFrom(...secrets), fc.string({ maxLength: 4 }))
      .map((parts) => Buffer.from(Buffer.from(parts.join('')).toString('base64'))),
    fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 20 }).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  );
  const text = fc.array(piece, { maxLength: 20 }).map((pieces) => Buffer.concat(pieces));
  return fc.record({ secrets: fc.constant(secrets), text });
});
const chunkLengths = fc.array(fc.nat(30), { minLength: 1, maxLength: 20 }).filter((all) => all.some(Boolean));

describe('the masking of any text with any values', () => {
  it('does what the obvious way does, however the text is cut', () => {
    fc.assert(
      fc.property(secretsAndText, chunkLengths, ({ secrets, text }, lengths) => {
        const expected = naiveMasking(text, secrets).toString('latin1');
        expect(maskInChunks(secrets, text, [text.length]).toString('latin1')).toBe(expected);
        expect(maskInChunks(secrets, text, lengths).toString('latin1')).toBe(expected);
        expect(maskInChunks(secrets, text, [1]).toString('latin1')).toBe(expected);
      }),
      { numRuns: 1500 },
    );
  });

  it('does so for values within values', () => {
    const ab = (minLength: number) => fc.string({ unit: fc.constantFrom('a', 'b'), minLength, maxLength: 9 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 30 });
    fc.assert(
      fc.property(fc.array(ab(4), { maxLength: 6 }), text, chunkLengths, (secrets, text, lengths) => {
        const bytes = Buffer.from(text);
        expect(maskInChunks(secrets, bytes, lengths).toString()).toBe(
          naiveMasking(bytes, secrets).toString(),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves no form of any value', () => {
    fc.assert(
      fc.property(secretsAndText, chunkLengths, ({ secrets, text }, lengths) => {
        const rest = maskInChunks(secrets, text, lengths).toString('latin1').split(SECRET_MARK);
        const forms = encodedForms(secrets).map(({ bytes }) => Buffer.from(bytes).toString('latin1'));
        expect(forms.filter((form) => rest.some((piece) => piece.includes(form)))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves no bit of a value that stands anywhere in a longer base64 text', () => {
    const secret = fc.string({ unit: fc.constantFrom(...'abcd?>é'), minLength: 4, maxLength: 60 });
    const around = fc.string({ unit: fc.constantFrom(...'xyz'), maxLength: 7 });
    fc.assert(
      fc.property(secret, around, around, chunkLengths, (secret, before, after, lengths) => {
        const encoded = Buffer.from(before + secret + after).toString('base64');
        const left = maskInChunks([secret], Buffer.from(encoded), lengths).toString().split(SECRET_MARK);
        expect(left.length).toBe(2);
        const [head = '', tail = ''] = left;
        expect(head.length * 6).toBeLessThanOrEqual(Buffer.byteLength(before) * 8);
        const tailBit = (encoded.length - tail.length) * 6;
        expect(tailBit).toBeGreaterThanOrEqual(Buffer.byteLength(before + secret) * 8);
      }),
    );
  });

  it('gives out a text without values byte for byte', () => {
    const text = fc.uint8Array({ maxLength: 400 });
    fc.assert(
      fc.property(text, chunkLengths, (bytes, lengths) => {
        const secrets = ['a value that is nowhere', '{"another":"one"}'];
        expect(maskInChunks(secrets, bytes, lengths).equals(bytes)).toBe(true);
      }),
    );
  });
});

/** Pushes the text in chunks of these lengths, again and again. */
function maskInChunks(secrets: readonly string[], text: Uint8Array, lengths: readonly number[]): Buffer {
  const mask = maskSecrets(secrets);
  const out: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < text.length; turn++) {
    const length = lengths[turn % lengths.length] ?? 1;
    out.push(mask.push(text.slice(at, at + length)));
    at += length;
  }
  return Buffer.concat([...out, mask.end()]);
}
