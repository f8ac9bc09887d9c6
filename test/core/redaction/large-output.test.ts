import { describe, expect, it } from 'vitest';
import { slowestInput } from '../../../bench/redaction-speed.ts';
import type { OutputFrame } from '../../../core/output.ts';
import { bytesOf, cutInto, framesOf, redactFrames, redactor } from './redacting.ts';

const MEBIBYTE = 1024 * 1024;
const card = '4111 1111 1111 1111';
const values = [
  card,
  'ana.lima@example.com',
  '123-45-6789',
  'DE89 3704 0044 0532 0130 00',
  `eyJhbGciOiJI.${'a1'.repeat(300)}.${'b2'.repeat(40)}`,
];

async function* repeated(text: string, times: number): AsyncGenerator<OutputFrame> {
  const bytes = bytesOf(text);
  for (let count = 0; count < times; count++) yield { stream: 'stdout', bytes };
}

describe('an output of any size', () => {
  it('of 60 MiB is redacted to its end', { timeout: 120_000 }, async () => {
    const line = `2026-11-20 INFO order 1234 of ana.lima@example.com paid with ${card}\n`;
    const times = Math.ceil(MEBIBYTE / line.length);
    let lines = 0;
    for await (const { text } of redactor.output(repeated(line.repeat(times), 60))) {
      expect(text.includes('@') || text.includes('4111')).toBe(false);
      lines += text.split('[CREDIT_CARD_NUMBER]\n').length - 1;
    }
    expect(lines).toBe(60 * times);
  });

  it('of one byte, and of none', async () => {
    expect((await redactFrames(cutInto(bytesOf('x'), []))).both).toBe('x');
    expect((await redactFrames([])).both).toBe('');
    expect(redactor.message('')).toBe('');
  });

  it('of one line of 30 MiB leaves no value, and its memory does not grow with it', {
    timeout: 60_000,
  }, async () => {
    const part = `${'word '.repeat(3001)}${values.join(' , ')} `;
    const times = Math.ceil((30 * MEBIBYTE) / part.length);
    let [found, longest] = [0, 0];
    for await (const { text } of redactor.output(repeated(part, times))) {
      for (const value of values) expect(text.includes(value)).toBe(false);
      found += text.split('[JSON_WEB_TOKEN]').length - 1;
      longest = Math.max(longest, text.length);
    }
    expect(found).toBe(times);
    expect(longest).toBeLessThan(256 * 1024);
  });

  it('of bytes that are no text at all', async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => 0x80 + ((index * 7) % 0x80));
    const { both } = await redactFrames(cutInto(bytes, [1, 77_777, 150_001]));
    expect(both).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  });

  it('of a line that ends in the middle of a value, wherever a window is cut', async () => {
    for (const value of values) {
      for (let before = 57_344 - value.length - 2; before <= 57_346; before += 1 + (value.length >> 3)) {
        const text = `${'x '.repeat(before >> 1)}${before % 2 === 0 ? '' : '.'} ${value} ${'y '.repeat(20_000)}`;
        const redacted = redactor.message(text);
        expect(redacted, `${value} at ${before}`).not.toContain(value.slice(-6));
        expect(redacted, `${value} at ${before}`).not.toContain(value.slice(0, 8));
      }
    }
  });

  it('of a line that is cut between a value and the words before it', () => {
    for (let before = 57_330; before <= 57_346; before++) {
      const words = `${'x '.repeat(before >> 1)}${before % 2 === 0 ? '' : '.'}`;
      const text = `${words} passport no. X1234567 ${'y '.repeat(20_000)}`;
      expect(redactor.message(text).includes('X1234567'), `at ${before}`).toBe(false);
    }
  });

  it('of a line of characters of two halves, wherever a window is cut', async () => {
    for (const before of ['', 'x']) {
      const text = `${before}${'😀'.repeat(80_000)}`;
      let whole = '';
      for await (const chunk of redactor.output(framesOf(cutInto(bytesOf(text), [140_000, 280_000])))) {
        expect(chunk.text.isWellFormed()).toBe(true);
        whole += chunk.text;
      }
      expect(whole === text).toBe(true);
    }
  });

  it('costs time in proportion to its length, whatever it almost is', { timeout: 120_000 }, async () => {
    const { nanoseconds, mixed, index } = await slowestInput(150);
    // The benchmark's goal is 5; a machine that does other things besides must not fail the tests.
    expect(nanoseconds / mixed, `input ${index}`).toBeLessThan(25);
  });

  it('removes the rest of a token that is longer than a window', () => {
    const token = `eyJhbGciOiJI.eyJ${'a1'.repeat(60_000)}.${'b2'.repeat(60_000)}`;
    expect(redactor.message(`${'x '.repeat(20_000)}${token} the end`)).toMatch(
      /^(x )+\[JSON_WEB_TOKEN\] the end$/,
    );
  });

  it('keeps to the columns of a row that is longer than a window', () => {
    const blob = 'lorem '.repeat(30_000);
    const redacted = redactor.message(
      `id\tnotes\tfirst_name\tplan\n1\t${blob}\tMarta\tpro\n2\tshort\tBruno\tpro\n`,
    );
    expect(redacted).toBe(
      `id\tnotes\tfirst_name\tplan\n1\t${blob}\t[PERSON_NAME]\tpro\n2\tshort\t[PERSON_NAME]\tpro\n`,
    );
  });
});
