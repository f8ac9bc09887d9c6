import { addresses } from './addresses.ts';
import { type DrawnResource, resourcesOf } from './default-template.ts';
import { type Edge, type Graph, graphOf, nodesOf } from './graph.ts';
import { flowchart } from './mermaid.ts';
import { kindOf } from './node-kinds.ts';
import { permissions } from './permissions.ts';
import { arrowTypes, encryption, watching, wiring } from './wiring.ts';

const begin = '<!-- picture: `npm run picture -- --write` writes what is between these two lines -->';
const end = '<!-- /picture -->';

/** Flowcharts in Markdown: who calls whom, who reads and writes what, and who watches. */
export function architecturePicture(resources: readonly DrawnResource[]): string {
  const watchers = new Set(resources.filter(({ path }) => path.includes('Monitoring')).map(({ id }) => id));
  const isWatch = ({ from, to }: Edge) => watchers.has(from) || watchers.has(to);
  const wires = resources.flatMap(wiring);
  const permitted = permissions(resources);
  const calls = graphOf(resources, [
    ...wires.filter((edge) => !isWatch(edge)),
    ...permitted.filter((edge) => !isData(edge)),
    ...resources.flatMap(addresses),
  ]);
  const data = graphOf(resources, [...permitted.filter(isData), ...resources.flatMap(encryption)]);
  const watch = graphOf(resources, [...wires.filter(isWatch), ...resources.flatMap(watching)]);
  const others = withoutEdges(resources, [calls, data, watch]);
  return [
    'Who calls whom:',
    flowchart(calls),
    'Who may read and write what, and which key encrypts it:',
    flowchart(data),
    'Who is told when the agent is unwell:',
    flowchart({ ...watch, nodes: [...watch.nodes, ...others] }),
    notDrawn(resources),
  ].join('\n\n');
}

/** The same document with the picture of today between its two marks. */
export function withPicture(document: string, resources = resourcesOf()): string {
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`The document has no place for the picture: ${begin} … ${end}`);
  return `${document.slice(0, from)}${begin}\n${architecturePicture(resources)}\n${document.slice(to)}`;
}

function isData({ verb }: Edge): boolean {
  return ['reads', 'writes', 'deletes'].includes(verb);
}

/** Roles stand for themselves only where nothing of the template has them. */
function withoutEdges(resources: readonly DrawnResource[], graphs: readonly Graph[]) {
  const drawn = new Set(graphs.flatMap(({ nodes }) => nodes.map(({ key }) => key)));
  const nodes = new Map([...nodesOf(resources).values()].map((node) => [node.key, node]));
  return [...nodes.values()].filter(({ key, kind }) => !drawn.has(key) && kind.noun !== 'role');
}

function notDrawn(resources: readonly DrawnResource[]): string {
  const types = resources.map(({ type }) => type).filter((type) => !kindOf(type) && !arrowTypes.has(type));
  const counted = [...new Set(types)].sort().map((type) => {
    const count = types.filter((other) => other === type).length;
    return `${count} \`${type.replace('AWS::', '')}\``;
  });
  return `Not drawn: ${counted.join(', ')}.`;
}
