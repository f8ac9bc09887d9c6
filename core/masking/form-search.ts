import { isBase64 } from './base64-forms.ts';
import type { EncodedForm } from './encoded-forms.ts';
import { formAutomaton } from './form-automaton.ts';
import { EDGE_BEFORE_BELOW, ROOT } from './form-tree.ts';
import { skipTable } from './skip-table.ts';

/** Called with where a form ends, its length and its edges. */
export type OnMatch = (end: number, bytes: number, edges: number) => void;

export interface FormSearch {
  /**
   * Reads `text` from `from` on, where the automaton stands at `node`, and returns the node at the end. The bytes
   * that `node` stands for lie in `text`, right before `from`. Of the forms that end at one place, only the
   * longest is reported.
   */
  search(text: Uint8Array, from: number, node: number, onMatch: OnMatch): number;
  /** How many bytes at the end of `text` may yet belong to a form, given its node. */
  pending(node: number, text: Uint8Array): number;
  tableBytes: number;
}

/**
 * From this depth on the automaton reads on, byte by byte; below it, skipping is tried first. Most beginnings end
 * after a byte or two. It also bounds the work: a skip never goes back more than this.
 */
const DEEP_BYTES = 4;

/** Skips where no form can begin, and walks the automaton where one may. */
export function formSearch(forms: readonly EncodedForm[]): FormSearch {
  const { nextCandidate, tableBytes } = skipTable(forms);
  const automaton = formAutomaton(forms);
  const { next, settle, depth, matchBytes, edges } = automaton;

  function search(text: Uint8Array, from: number, startNode: number, onMatch: OnMatch): number {
    let node = startNode;
    let at = from;
    while (at < text.length) {
      let begin = at - (depth[node] ?? 0);
      if (at - begin < DEEP_BYTES) {
        begin = nextCandidate(text, begin);
        at = begin;
        node = ROOT;
      }
      do {
        node = next(node, text[at++] ?? 0);
        const bytes = matchBytes[node] ?? 0;
        if (bytes > 0) {
          onMatch(at, bytes, edges[node] ?? 0);
          node = settle(node);
        }
      } while (at < text.length && at - (depth[node] ?? 0) === begin);
    }
    return node;
  }

  function pending(node: number, text: Uint8Array): number {
    const bytes = depth[node] ?? 0;
    const before = (edges[node] ?? 0) & EDGE_BEFORE_BELOW && isBase64(text[text.length - bytes - 1]);
    return before ? bytes + 1 : bytes;
  }

  return { search, pending, tableBytes: tableBytes + automaton.tableBytes };
}
