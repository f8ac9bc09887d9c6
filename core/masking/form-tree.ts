import { EDGE_BEFORE } from './base64-forms.ts';
import type { EncodedForm } from './encoded-forms.ts';

/**
 * The forms as a tree in arrays, one node per different beginning. Most nodes have one child, so children are
 * linked lists; no node has the root as its child, so `ROOT` ends a list.
 */
export interface FormTree {
  nodes: number;
  /** The root has many children: here they are by their byte. */
  rootChild: Int32Array;
  firstChild: Int32Array;
  sibling: Int32Array;
  label: Uint8Array;
  depth: Int32Array;
  /** Length of the form that ends at the node, or 0. */
  matchBytes: Int32Array;
  edges: Uint8Array;
}

export const ROOT = 0;

/** Bit of `edges`: a form that goes through this node takes the character before it too. */
export const EDGE_BEFORE_BELOW = 4;

export function formTree(forms: readonly EncodedForm[]): FormTree {
  const nodesMax = forms.reduce((sum, form) => sum + form.bytes.length, 1);
  const rootChild = new Int32Array(256);
  const firstChild = new Int32Array(nodesMax);
  const sibling = new Int32Array(nodesMax);
  const label = new Uint8Array(nodesMax);
  const depth = new Int32Array(nodesMax);
  const matchBytes = new Int32Array(nodesMax);
  const edges = new Uint8Array(nodesMax);
  let nodes = 1;

  function childOf(node: number, byte: number): number {
    if (node === ROOT) return rootChild[byte] ?? ROOT;
    let child = firstChild[node] ?? ROOT;
    while (child !== ROOT && label[child] !== byte) child = sibling[child] ?? ROOT;
    return child;
  }

  function newChild(node: number, byte: number): number {
    const child = nodes++;
    label[child] = byte;
    depth[child] = (depth[node] ?? 0) + 1;
    if (node === ROOT) {
      rootChild[byte] = child;
    } else {
      sibling[child] = firstChild[node] ?? ROOT;
      firstChild[node] = child;
    }
    return child;
  }

  for (const form of forms) {
    const below = form.edges & EDGE_BEFORE ? EDGE_BEFORE_BELOW : 0;
    let node = ROOT;
    for (const byte of form.bytes) {
      if (below) edges[node] = (edges[node] ?? 0) | below;
      node = childOf(node, byte) || newChild(node, byte);
    }
    matchBytes[node] = form.bytes.length;
    edges[node] = (edges[node] ?? 0) | form.edges;
  }
  return { nodes, rootChild, firstChild, sibling, label, depth, matchBytes, edges };
}
