import { describe, expect, it } from 'vitest';
import { encodedForms } from '../../core/masking/encoded-forms.ts';
import { formSearch } from '../../core/masking/form-search.ts';
import { ROOT } from '../../core/masking/form-tree.ts';

const textBytes = 20_000;

describe('the work of a search', () => {
  const almost: Record<string, (bytes: number) => { values: string[]; text: string }> = {
    'a value that repeats itself and never ends': (bytes) => ({
      values: [`${'a'.repeat(bytes)}b`],
      text: 'a'.repeat(textBytes),
    }),
    'a value that repeats itself and matches everywhere': (bytes) => ({
      values: ['a'.repeat(bytes)],
      text: 'a'.repeat(textBytes),
    }),
    'the beginning of a value, again and again': (bytes) => ({
      values: [`${'abcdefg'.repeat(bytes / 10)}!`],
      text: 'abcdefgabcdefgabcdef '.repeat(textBytes / 21),
    }),
    'many values that begin alike': (bytes) => ({
      values: Array.from({ length: 40 }, (_, at) => `${'key-'.repeat(bytes / 40)}${at}`),
      text: 'key-key-key-key-key-key-x'.repeat(textBytes / 25),
    }),
    'the first three bytes of a window': (bytes) => ({
      values: [`0123456789abc${'d'.repeat(bytes)}`],
      text: 'abc'.repeat(textBytes / 3),
    }),
  };

  it.each(Object.entries(almost))('is linear for %s', (_name, build) => {
    for (const valueBytes of [40, 4000]) {
      const { values, text } = build(valueBytes);
      expect(readsPerByte(values, text)).toBeLessThan(8);
    }
  });

  it('is linear also when the text comes byte by byte', () => {
    expect(readsPerByte([`${'a'.repeat(400)}b`], 'a'.repeat(2000), 1)).toBeLessThan(8);
  });

  it('is a fraction of the text where no value can begin', () => {
    const text = 'The quick brown fox jumps over the lazy dog, and nobody is surprised.\n'.repeat(300);
    expect(readsPerByte(['hunter22hunter22', 'opensesame-sesame'], text)).toBeLessThan(0.35);
  });
});

/** How often the search looks at a byte of the text, per byte. */
function readsPerByte(
  values: readonly string[],
  text: string,
  chunkBytes = Number.POSITIVE_INFINITY,
): number {
  const { search } = formSearch(encodedForms(values));
  const bytes = new TextEncoder().encode(text);
  let reads = 0;
  let node = ROOT;
  for (let from = 0; from < bytes.length; from += chunkBytes) {
    const seen = bytes.subarray(0, from + chunkBytes);
    const counted = new Proxy(seen, {
      get(target, property) {
        if (property !== 'length') reads += 1;
        return Reflect.get(target, property, target);
      },
    });
    node = search(counted, from, node, () => {});
  }
  return reads / bytes.length;
}
