import type { EncodedForm } from './encoded-forms.ts';

/**
 * Wu and Manber's shift table (https://webglimpse.net/pubs/TR94-17.pdf): which three bytes can stand how far from
 * the end of a form's beginning. Most three bytes of a text stand in none, and then the search skips almost a
 * whole window. Hashing lets some collide, which only makes a skip shorter.
 */
export interface SkipTable {
  /** The first place from `from` on where a form may begin, or from which less than a window is left. */
  nextCandidate(text: Uint8Array, from: number): number;
  tableBytes: number;
}

const BLOCK_BYTES = 3;

/** A longer window would hardly skip farther, as its end would more often be found in the table. */
const WINDOW_BYTES_MAX = 16;

/** Slots per entry: the fewer slots are taken, the farther the search skips, until the table outgrows the cache. */
const SLOTS_PER_ENTRY = 8;
const SLOT_BITS_MAX = 18;

export function skipTable(forms: readonly EncodedForm[]): SkipTable {
  const shortest = forms.reduce((least, form) => Math.min(least, form.bytes.length), WINDOW_BYTES_MAX);
  const shiftMax = shortest - BLOCK_BYTES + 1;
  const bits = Math.min(Math.ceil(Math.log2(forms.length * shiftMax * SLOTS_PER_ENTRY)), SLOT_BITS_MAX);
  const shifts = new Uint8Array(2 ** bits).fill(shiftMax);
  const discard = 32 - bits;

  for (const { bytes } of forms) {
    for (let end = BLOCK_BYTES; end <= shortest; end++) {
      const slot = slotOf(bytes, end, discard);
      shifts[slot] = Math.min(shifts[slot] ?? 0, shortest - end);
    }
  }

  function nextCandidate(text: Uint8Array, from: number): number {
    const lastEnd = text.length;
    let end = from + shortest;
    while (end <= lastEnd) {
      const shift = shifts[slotOf(text, end, discard)] ?? 0;
      if (shift === 0) break;
      end += shift;
    }
    return end - shortest;
  }

  return { nextCandidate, tableBytes: shifts.byteLength };
}

/** Of the block that ends before `end`. Multiplying by 2³² divided by the golden ratio spreads the upper bits well. */
function slotOf(bytes: Uint8Array, end: number, discard: number): number {
  const block = ((bytes[end - 1] ?? 0) << 16) | ((bytes[end - 2] ?? 0) << 8) | (bytes[end - 3] ?? 0);
  return Math.imul(block, 0x9e3779b1) >>> discard;
}
