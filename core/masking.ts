import type { ByteFilter } from './integrations/integration.ts';
import { EDGE_AFTER, EDGE_BEFORE, isBase64 } from './masking/base64-forms.ts';
import { encodedForms } from './masking/encoded-forms.ts';
import { type FormSearch, formSearch } from './masking/form-search.ts';
import { ROOT } from './masking/form-tree.ts';
import { maskedRegions } from './masking/masked-regions.ts';

/** Stands in the output in place of each secret value. */
export const SECRET_MARK = '[SECRET]';

/**
 * Replaces the values, in every form of `core/masking/encoded-forms.ts`, wherever chunks are cut. Each stream
 * needs its own filter. What may yet become a value is held back: less than the longest form, and nothing of a
 * line that does not end like the beginning of one.
 */
export function maskSecrets(values: readonly string[]): ByteFilter {
  const search = searchFor(values);
  return search === undefined ? { push: (chunk) => chunk, end: () => NOTHING } : maskingFilter(search);
}

const NOTHING = new Uint8Array();

/** Both streams of a command mask the same list (the same array): its tables are built once. */
const searches = new WeakMap<readonly string[], FormSearch>();

function searchFor(values: readonly string[]): FormSearch | undefined {
  const known = searches.get(values);
  if (known !== undefined) return known;
  const forms = encodedForms(values);
  if (forms.length === 0) return undefined;
  const search = formSearch(forms);
  searches.set(values, search);
  return search;
}

function maskingFilter({ search, pending }: FormSearch): ByteFilter {
  const regions = maskedRegions(Buffer.from(SECRET_MARK));
  let held: Uint8Array = NOTHING;
  let node = ROOT;
  /**
   * The text ended right after a base64 form whose next character is to be masked too. Its region still stands:
   * after a base64 character at least that one is held back, as another form could take it as its edge.
   */
  let edgeAwaited = false;

  function push(chunk: Uint8Array): Uint8Array {
    if (chunk.length === 0) return NOTHING;
    if (edgeAwaited && isBase64(chunk[0])) regions.extend();
    edgeAwaited = false;
    const text = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    node = search(text, held.length, node, (end, bytes, edges) => {
      const start = end - bytes;
      const before = edges & EDGE_BEFORE && isBase64(text[start - 1]) ? 1 : 0;
      const after = edges & EDGE_AFTER && isBase64(text[end]) ? 1 : 0;
      regions.add(start - before, end + after);
      edgeAwaited = end === text.length && (edges & EDGE_AFTER) !== 0;
    });
    return release(text, text.length - pending(node, text));
  }

  function release(text: Uint8Array, upTo: number): Uint8Array {
    const masked = regions.release(text, upTo);
    held = upTo === text.length ? NOTHING : new Uint8Array(text.subarray(upTo));
    return masked;
  }

  function end(): Uint8Array {
    edgeAwaited = false;
    node = ROOT;
    return release(held, held.length);
  }

  return { push, end };
}
