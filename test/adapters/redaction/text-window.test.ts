import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytePositions } from '../../../adapters/redaction/byte-positions.ts';
import { CONTEXT_CHARACTERS, halvesOf, windowsOf } from '../../../adapters/redaction/text-window.ts';

const jsonBytes = (text: string) => Buffer.byteLength(JSON.stringify(text));
const seed = { seed: 20261120 };

/** Lines of any length, of characters of one to six bytes in JSON. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom('\n', '\r\n', '🙂', 'ção', '\u0001', '"').map((piece) => piece.repeat(50)),
      fc.constantFrom('a', 'é', '🙂', '\u0000').map((piece) => piece.repeat(3000)),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(''));

describe('windows', () => {
  it('cost at most what a call takes, cover the text, and overlap by what a value may be long', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 6000, max: 30_000 }), (text, costMax) => {
        const windows = windowsOf(text, costMax, jsonBytes);
        let covered = 0;
        for (const [index, window] of windows.entries()) {
          expect(jsonBytes(window.text)).toBeLessThanOrEqual(costMax);
          expect(text.startsWith(window.text, window.start)).toBe(true);
          expect(window.text.isWellFormed()).toBe(true);
          const previous = windows[index - 1];
          const context = Math.min(CONTEXT_CHARACTERS, Math.floor((previous?.text.length ?? 0) / 4));
          if (previous) expect(covered - window.start).toBeGreaterThanOrEqual(context);
          covered = window.start + window.text.length;
        }
        expect(covered).toBe(text.length);
      }),
      seed,
    );
  });

  it('begin and end at lines where there are lines', () => {
    const text = 'a line of the output, which has some words\n'.repeat(2000);
    for (const window of windowsOf(text, 10_000, jsonBytes)) {
      expect(window.text.startsWith('a line')).toBe(true);
      expect(window.text.endsWith('words\n')).toBe(true);
    }
  });

  it('are halved into smaller ones that cover the same text, until that is not worth it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const halves = halvesOf({ text, start: 7 });
        if (!halves) {
          expect(text.length).toBeLessThanOrEqual(4096);
          return;
        }
        const [first, second] = halves;
        expect(first.start).toBe(7);
        expect(second.start + second.text.length).toBe(7 + text.length);
        expect(second.start).toBeLessThan(first.start + first.text.length);
        for (const half of halves) expect(half.text.length).toBeLessThan(0.9 * text.length);
      }),
      seed,
    );
  });
});

describe('positions in bytes', () => {
  it('become those of JavaScript, whatever the characters are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: 'grapheme', minLength: 1 }),
        (before, value) => {
          const positions = bytePositions(`${before}${value} and more`);
          const start = Buffer.byteLength(before);
          const end = start + Buffer.byteLength(value);
          expect([positions.startOf(start), positions.endOf(end)]).toEqual([
            before.length,
            before.length + value.length,
          ]);
        },
      ),
      seed,
    );
  });

  it('inside a character take all of it', () => {
    const positions = bytePositions('a🙂b');
    expect([2, 3, 4].map((byte) => [positions.startOf(byte), positions.endOf(byte)])).toEqual([
      [1, 3],
      [1, 3],
      [1, 3],
    ]);
  });
});
