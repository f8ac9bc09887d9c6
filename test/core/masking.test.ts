import { describe, expect, it } from 'vitest';
import { maskSecrets } from '../../core/masking.ts';
import { naiveMasking } from '../support/naive-masking.ts';
import { seededRandom } from '../support/seeded-random.ts';

describe('masking a stream', () => {
  it('gives a chunk on as it came when nothing in it can be a value', () => {
    const chunk = new TextEncoder().encode('nothing to hide here.\n');
    const out = maskSecrets(['hunter22', 'opensesame']).push(chunk);
    expect(out.buffer).toBe(chunk.buffer);
    expect(Buffer.from(out).equals(chunk)).toBe(true);
  });

  it('gives a prompt out at once and holds back only what may begin a value', () => {
    const mask = maskSecrets(['hunter22']);
    expect(text(mask.push(Buffer.from('Continue? ')))).toBe('Continue? ');
    expect(text(mask.push(Buffer.from('not hunt')))).toBe('not ');
    expect(text(mask.push(Buffer.from('ing')))).toBe('huntin');
    expect(text(mask.end())).toBe('g');
  });

  it('gives out the mark as soon as a value is whole', () => {
    expect(text(maskSecrets(['hunter22']).push(Buffer.from('password: hunter22')))).toBe(
      'password: [SECRET]',
    );
  });

  it('holds back less than the longest form, and all of it at most once', () => {
    const value = 'hunter22hunter22';
    const longest = Buffer.from(value).toString('hex').replace(/../g, '%$&');
    const mask = maskSecrets([value]);
    let given = '';
    for (const character of longest.slice(0, -1)) given += text(mask.push(Buffer.from(character)));
    expect(given).toBe('');
    expect(text(mask.push(Buffer.from(longest.slice(-1))))).toBe('[SECRET]');
  });

  it('holds no reference to a chunk, so that its owner may use it again', () => {
    const mask = maskSecrets(['hunter22']);
    const chunk = Buffer.from('hunter');
    mask.push(chunk);
    chunk.fill('x');
    expect(text(mask.end())).toBe('hunter');
  });

  it('masks a value that comes byte by byte', () => {
    expect(inChunks(['hunter22'], 'a hunter22 b', 1)).toBe('a [SECRET] b');
  });

  it('masks the longest of values that begin alike or lie within each other', () => {
    const values = ['open', 'opensesame', 'sesame'];
    expect(inChunks(values, 'open opensesame sesame opensesam', 3)).toBe(
      '[SECRET] [SECRET] [SECRET] [SECRET]sesam',
    );
  });

  it('masks overlapping values as one and touching ones as two', () => {
    expect(inChunks(['abcdef', 'defghi'], 'abcdefghi abcdefdefghi', 2)).toBe('[SECRET] [SECRET][SECRET]');
    expect(inChunks(['aaaa'], 'a'.repeat(1000), 7)).toBe('[SECRET]');
  });

  it('ignores values under four bytes and works without any', () => {
    expect(inChunks(['abc', ''], 'abc', 1)).toBe('abc');
    expect(inChunks([], 'abc', 1)).toBe('abc');
    expect(inChunks(['né!'], 'né!', 1)).toBe('[SECRET]');
  });

  it('masks values beyond ASCII, also when half a character is all that a chunk has', () => {
    expect(inChunks(['pässwörd🔑'], 'x pässwörd🔑 y', 1)).toBe('x [SECRET] y');
  });

  it('masks a value with half a surrogate pair as a process prints it', () => {
    expect(inChunks(['key\ud800key'], 'key\ufffdkey', 4)).toBe('[SECRET]');
  });

  it('starts anew after its end, and keeps the streams of one list apart', () => {
    const values = ['hunter22'];
    const [stdout, stderr] = [maskSecrets(values), maskSecrets(values)];
    stdout.push(Buffer.from('hunt'));
    expect(text(stderr.push(Buffer.from('er22\n')))).toBe('er22\n');
    expect(text(stdout.end())).toBe('hunt');
    expect(text(stdout.push(Buffer.from('er22\n')))).toBe('er22\n');
  });
});

describe('masking much', () => {
  it('masks a key of eight kilobytes in all of its forms, across chunks', () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${lines(randomText(8000))}\n-----END PRIVATE KEY-----`;
    const base64 = Buffer.from(key).toString('base64');
    const hex = Buffer.from(key).toString('hex');
    const printed = [key, base64, lines(base64), hex, JSON.stringify(key), encodeURIComponent(key)].join(
      '\n;',
    );
    expect(inChunks([key], printed, 1000)).toBe(
      ['[SECRET]', '[SECRET]', '[SECRET]', '[SECRET]', '"[SECRET]"', '[SECRET]'].join('\n;'),
    );
    expect(inChunks([key], key.slice(0, -1), 1)).toBe(key.slice(0, -1));
  });

  it('masks a thousand values', () => {
    const values = Array.from({ length: 1000 }, (_, at) => randomText(8 + (at % 30)));
    const printed = values.map((value, at) => `${at} ${value} ${value.slice(1)}\n`).join('');
    expect(inChunks(values, printed, 4096)).toBe(naiveMasking(Buffer.from(printed), values).toString());
  });
});

const random = seededRandom(20261120);
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const randomText = (length: number) =>
  Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('');
const lines = (base64: string) => base64.replace(/.{76}(?=.)/g, '$&\n');
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

function inChunks(values: readonly string[], input: string, chunkBytes: number): string {
  const mask = maskSecrets(values);
  const bytes = Buffer.from(input);
  const out: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes)
    out.push(mask.push(bytes.subarray(at, at + chunkBytes)));
  return text(Buffer.concat([...out, mask.end()]));
}
