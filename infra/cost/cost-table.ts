import { type Cost, monthlyCost } from './monthly-cost.ts';
import { collectedOn, prices, regions } from './price-table.ts';
import { commandSeconds, type NetworkName, networks } from './usage.ts';

const begin = '<!-- cost: `npm run cost -- --write` writes what is between these two lines -->';
const end = '<!-- /cost -->';

/** The costs of each network profile, in Markdown. */
export function costTable(): string {
  const rows = regions.flatMap((region) =>
    networks.map((network) => row(region, network, monthlyCost(network, region))),
  );
  return [
    '| region | network | a month idle | with the free tier used up | 1000 executions |',
    '|---|---|--:|--:|--:|',
    ...rows,
    '',
    `US dollars at the list prices of ${collectedOn}; an execution takes ${commandSeconds} seconds.`,
  ].join('\n');
}

/** The same document with the table of today between its two marks. */
export function withCostTable(document: string): string {
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`The document has no place for the costs: ${begin} … ${end}`);
  return `${document.slice(0, from)}${begin}\n${costTable()}\n${document.slice(to)}`;
}

/** Where the prices were found, each page once. */
export function priceSources(): string[] {
  return [...new Set(Object.values(prices).map((price) => price.source))].sort();
}

function row(region: string, network: NetworkName, { idle, perThousand }: Cost): string {
  const cells = [region, network, ...[idle.afterFree, idle.full, perThousand].map((one) => one.toFixed(2))];
  return `| ${cells.join(' | ')} |`;
}
