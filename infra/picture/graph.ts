import type { DrawnResource } from './default-template.ts';
import { kindOf, type NodeKind, outsideKind } from './node-kinds.ts';

export interface GraphNode {
  readonly key: string;
  readonly kind: NodeKind;
  readonly name: string;
  /** The construct that it is in, such as Queues; undefined in several, and outside of the template. */
  readonly group: string | undefined;
  /** How many resources it stands for. */
  readonly count: number;
}

/** The ends are ids of resources, or names of what is outside of the template. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly verb: string;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  /** Between the keys of the nodes. */
  readonly edges: readonly Edge[];
}

/** The node of each resource that is drawn, by the id of the resource. */
export function nodesOf(resources: readonly DrawnResource[]): Map<string, GraphNode> {
  const drawn = resources.flatMap(({ id, type, path }) => {
    const kind = kindOf(type);
    if (!kind) return [];
    const [group = '', ...rest] = path[0] === 'Agent' ? path.slice(1) : path;
    const name = nameOf(group, rest, kind);
    return [{ id, key: kind.together ? `every/${type}` : path.join('/'), kind, group, name }];
  });
  return new Map(
    drawn.map(({ id, ...node }) => {
      const same = drawn.filter(({ key }) => key === node.key);
      const groups = new Set(same.map(({ group }) => group));
      return [
        id,
        {
          ...node,
          count: same.length,
          name: same.length === 1 ? node.name : `${same.length} ${node.kind.noun}s`,
          group: groups.size === 1 ? node.group : undefined,
        },
      ];
    }),
  );
}

/** These edges, and the nodes at their ends. An edge to something that is not drawn is left out. */
export function graphOf(resources: readonly DrawnResource[], edges: readonly Edge[]): Graph {
  const inside = nodesOf(resources);
  const known = new Set(resources.map(({ id }) => id));
  const nodes = new Map<string, GraphNode>();
  const nodeOf = (id: string) => inside.get(id) ?? (known.has(id) ? undefined : outsideNode(id));
  const between = edges.flatMap(({ from, to, verb }): Edge[] => {
    const [start, goal] = [nodeOf(from), nodeOf(to)];
    if (!start || !goal || start.key === goal.key) return [];
    nodes.set(start.key, start).set(goal.key, goal);
    return [{ from: start.key, to: goal.key, verb }];
  });
  return { nodes: [...nodes.values()], edges: merged(between) };
}

function outsideNode(name: string): GraphNode {
  return { key: `outside/${name}`, kind: outsideKind, name, group: undefined, count: 1 };
}

/** Edges with the same ends are one, with all their verbs. */
function merged(edges: readonly Edge[]): Edge[] {
  const byEnds = Map.groupBy(edges, ({ from, to }) => `${from} → ${to}`);
  return [...byEnds.values()].flatMap(([first, ...rest]) => {
    if (!first) return [];
    const verbs = new Set([first, ...rest].map(({ verb }) => verb));
    return [{ ...first, verb: [...verbs].join(', ') }];
  });
}

/** `DeadKills/Resource` is "Dead kills". Words of CDK and of the kind go; if none is left, its group names it. */
function nameOf(group: string, path: readonly string[], { noun }: NodeKind): string {
  const empty = ['resource', 'default', ...noun.split(' ')];
  const said = path.filter((word) => !empty.includes(word.toLowerCase()));
  const words = [...new Set(said.length > 0 ? said : [group])].map(spaced);
  return words.map((word, index) => (index === 0 ? word : word.toLowerCase())).join(', ');
}

function spaced(word: string): string {
  return word.replaceAll(/(?<=[a-z])[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
}
