/** Where a text is to be masked: forms that overlap are one region, forms that only touch are two. */
export interface MaskedRegions {
  /** Forms are added by ascending ends, and none begins before the `upTo` of an earlier `release`. */
  add(start: number, end: number): void;
  /** The last region takes one byte more. */
  extend(): void;
  /**
   * The masked text up to `upTo`; from then on, positions count from there. A region that reaches beyond it may
   * still grow: its mark is given out now, and only once.
   */
  release(text: Uint8Array, upTo: number): Uint8Array;
}

interface Region {
  start: number;
  end: number;
  marked: boolean;
}

export function maskedRegions(mark: Uint8Array): MaskedRegions {
  let regions: Region[] = []; // ascending and apart

  function add(start: number, end: number): void {
    const added = { start, end, marked: false };
    for (let last = regions.at(-1); last !== undefined && last.end > added.start; last = regions.at(-1)) {
      added.start = Math.min(added.start, last.start);
      added.end = Math.max(added.end, last.end);
      added.marked ||= last.marked;
      regions.pop();
    }
    regions.push(added);
  }

  function extend(): void {
    const last = regions.at(-1);
    if (last !== undefined) last.end += 1;
  }

  function release(text: Uint8Array, upTo: number): Uint8Array {
    const pieces: Uint8Array[] = [];
    let done = 0;
    for (const region of regions) {
      if (region.start >= upTo) break;
      if (!region.marked) pieces.push(text.subarray(done, region.start), mark);
      region.marked = true;
      done = Math.min(region.end, upTo);
    }
    if (done < upTo) pieces.push(text.subarray(done, upTo));
    regions = regions
      .filter(({ end }) => end > upTo)
      .map(({ start, end, marked }) => ({ start: Math.max(start - upTo, 0), end: end - upTo, marked }));
    return pieces.length === 1 ? (pieces[0] ?? mark) : Buffer.concat(pieces);
  }

  return { add, extend, release };
}
