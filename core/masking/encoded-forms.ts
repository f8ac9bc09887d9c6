import { base64Forms } from './base64-forms.ts';
import { escapedTexts } from './escaped-texts.ts';

/** The bytes that give a value away when they are printed. */
export interface EncodedForm {
  bytes: Uint8Array;
  /** `EDGE_BEFORE` and `EDGE_AFTER`, or 0. */
  edges: number;
}

/** Shorter values are no secrets: masking every `abc` would make the output unreadable and point at the value. */
const VALUE_BYTES_MIN = 4;

/** Every form of every value, each once. */
export function encodedForms(values: readonly string[]): EncodedForm[] {
  const edgesOf = new Map<string, number>();
  for (const value of values) {
    // A process gets a lone surrogate as U+FFFD, and `encodeURIComponent` would throw on it.
    const printable = value.toWellFormed();
    const bytes = Buffer.from(printable);
    if (bytes.length < VALUE_BYTES_MIN) continue;
    for (const text of escapedTexts(printable)) edgesOf.set(text, edgesOf.get(text) ?? 0);
    for (const { text, edges } of base64Forms(bytes)) edgesOf.set(text, (edgesOf.get(text) ?? 0) | edges);
  }
  return [...edgesOf].map(([text, edges]) => ({ bytes: Buffer.from(text), edges }));
}
