import { type PriceName, prices, type Region } from './price-table.ts';
import { executionUsage, idleUsage, type NetworkName, type Usage } from './usage.ts';

export interface Cost {
  /** US dollars a month when nothing runs. `afterFree`: when nothing else in the account uses what is free. */
  readonly idle: { readonly afterFree: number; readonly full: number };
  /** US dollars for a thousand executions of a minute, beyond what is free. */
  readonly perThousand: number;
}

export function monthlyCost(network: NetworkName, region: Region): Cost {
  const idle = idleUsage(network);
  return {
    idle: { afterFree: dollars(beyondFree(idle), region), full: dollars(idle, region) },
    perThousand: 1000 * dollars(executionUsage(network), region),
  };
}

/** What each thing costs, the dearest first. */
export function costLines(
  usage: Usage,
  region: Region,
): { name: PriceName; amount: number; dollars: number }[] {
  return names(usage)
    .map((name) => ({ name, amount: usage[name] ?? 0, dollars: (usage[name] ?? 0) * prices[name][region] }))
    .sort((a, b) => b.dollars - a.dollars);
}

function dollars(usage: Usage, region: Region): number {
  return costLines(usage, region).reduce((total, line) => total + line.dollars, 0);
}

function beyondFree(usage: Usage): Usage {
  return Object.fromEntries(
    names(usage).map((name) => [name, Math.max(0, (usage[name] ?? 0) - prices[name].free)]),
  );
}

function names(usage: Usage): PriceName[] {
  return Object.keys(usage) as PriceName[];
}
