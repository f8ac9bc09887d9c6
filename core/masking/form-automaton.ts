import { EDGE_AFTER, EDGE_BEFORE } from './base64-forms.ts';
import type { EncodedForm } from './encoded-forms.ts';
import { formTree, ROOT } from './form-tree.ts';

/**
 * Aho and Corasick's automaton (https://doi.org/10.1145/360825.360855): the tree of all forms, whose nodes also
 * say where to go on when the next byte fits none of their children. After any byte the node is the longest end
 * of the text that begins a form. Whatever the text, the work is linear in it.
 */
export interface FormAutomaton {
  /** The node after `byte`. */
  next(node: number, byte: number): number;
  /** The node to go on from after a match, which stands for no more bytes than what may still grow to a form. */
  settle(node: number): number;
  /** How many bytes at the end of the text the node stands for. */
  depth: Int32Array;
  /** Length of the longest form that ends at the node, or 0. Known once the node was reached. */
  matchBytes: Int32Array;
  /** `EDGE_BEFORE` of that longest form, `EDGE_AFTER` of any that ends here, and `EDGE_BEFORE_BELOW`. */
  edges: Uint8Array;
  tableBytes: number;
}

const UNKNOWN = -1;

export function formAutomaton(forms: readonly EncodedForm[]): FormAutomaton {
  const { nodes, rootChild, firstChild, sibling, label, depth, matchBytes, edges } = formTree(forms);
  const fallback = new Int32Array(nodes).fill(UNKNOWN);
  for (const child of rootChild) fallback[child] = ROOT;

  function next(from: number, byte: number): number {
    for (let node = from; node !== ROOT; node = fallback[node] ?? ROOT) {
      let child = firstChild[node] ?? ROOT;
      while (child !== ROOT && label[child] !== byte) child = sibling[child] ?? ROOT;
      if (child === ROOT) continue;
      if (fallback[child] === UNKNOWN) link(child, next(fallback[node] ?? ROOT, byte));
      return child;
    }
    return rootChild[byte] ?? ROOT;
  }

  function settle(matched: number): number {
    let node = matched;
    while (node !== ROOT && firstChild[node] === ROOT) node = fallback[node] ?? ROOT;
    return node;
  }

  /**
   * Sets the fallback of a node that is reached for the first time, and takes over the forms that end there too.
   * Most nodes are never reached, so doing this for all at the start would be most of the time to build.
   */
  function link(node: number, other: number): void {
    fallback[node] = other;
    const inherited = matchBytes[node] === 0 ? EDGE_BEFORE | EDGE_AFTER : EDGE_AFTER;
    edges[node] = (edges[node] ?? 0) | ((edges[other] ?? 0) & inherited);
    if (matchBytes[node] === 0) matchBytes[node] = matchBytes[other] ?? 0;
  }

  const tables = [rootChild, firstChild, sibling, label, depth, matchBytes, edges, fallback];
  return {
    next,
    settle,
    depth,
    matchBytes,
    edges,
    tableBytes: tables.reduce((sum, t) => sum + t.byteLength, 0),
  };
}
