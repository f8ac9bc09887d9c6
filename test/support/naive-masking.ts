import { EDGE_AFTER, EDGE_BEFORE, isBase64 } from '../../core/masking/base64-forms.ts';
import { encodedForms } from '../../core/masking/encoded-forms.ts';
import { SECRET_MARK } from '../../core/masking.ts';

/** Masking, obviously right and slow: looks for every form at every place of the whole text. */
export function naiveMasking(text: Uint8Array, values: readonly string[]): Buffer {
  const bytes = Buffer.from(text);
  const masked: { start: number; end: number }[] = [];
  for (const form of encodedForms(values)) {
    for (let at = bytes.indexOf(form.bytes); at >= 0; at = bytes.indexOf(form.bytes, at + 1)) {
      const end = at + form.bytes.length;
      const before = (form.edges & EDGE_BEFORE) !== 0 && isBase64(bytes[at - 1]);
      const after = (form.edges & EDGE_AFTER) !== 0 && isBase64(bytes[end]);
      masked.push({ start: before ? at - 1 : at, end: after ? end + 1 : end });
    }
  }
  return replaceRegions(bytes, union(masked));
}

function union(masked: { start: number; end: number }[]): { start: number; end: number }[] {
  const regions: { start: number; end: number }[] = [];
  for (const { start, end } of masked.sort((a, b) => a.start - b.start)) {
    const last = regions.at(-1);
    if (last !== undefined && start < last.end) last.end = Math.max(last.end, end);
    else regions.push({ start, end });
  }
  return regions;
}

function replaceRegions(bytes: Buffer, regions: { start: number; end: number }[]): Buffer {
  const pieces: Buffer[] = [];
  let done = 0;
  for (const { start, end } of regions) {
    pieces.push(bytes.subarray(done, start), Buffer.from(SECRET_MARK));
    done = end;
  }
  return Buffer.concat([...pieces, bytes.subarray(done)]);
}
