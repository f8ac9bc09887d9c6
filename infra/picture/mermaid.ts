import type { Graph, GraphNode } from './graph.ts';

/** A flowchart, with a frame around the nodes of each group: https://mermaid.js.org/syntax/flowchart.html */
export function flowchart({ nodes, edges }: Graph): string {
  const groups = [...new Set(nodes.map(({ group }) => group))];
  return [
    '```mermaid',
    'flowchart LR',
    ...groups.flatMap((group) => {
      const inside = nodes.filter((node) => node.group === group).map((node) => `    ${shapeOf(node)}`);
      return group === undefined ? inside : [`  subgraph in${group}["${group}"]`, ...inside, '  end'];
    }),
    ...edges.map(({ from, to, verb }) => `  ${idOf(from)} -->|"${verb}"| ${idOf(to)}`),
    '```',
  ].join('\n');
}

function shapeOf({ key, kind, name, count }: GraphNode): string {
  const [before, after] = kind.shape;
  const label = count > 1 || kind.noun === 'outside' ? name : `${name}<br/>${kind.noun}`;
  return `${idOf(key)}${before}"${label}"${after}`;
}

/** Letters alone: `end`, `o` and `x` mean something to Mermaid, and none of our keys is one of these. */
function idOf(key: string): string {
  return key.replaceAll(/^Agent|Resource$|[^A-Za-z0-9]/g, '');
}
