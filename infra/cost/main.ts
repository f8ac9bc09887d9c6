import { readFileSync, writeFileSync } from 'node:fs';
import { costTable, priceSources, withCostTable } from './cost-table.ts';
import { costLines } from './monthly-cost.ts';
import { prices, regions } from './price-table.ts';
import { executionUsage, idleUsage, type Usage } from './usage.ts';

/** `npm run cost` prints what the agent costs and why; with `--write` it puts the table into docs/deploy.md. */
const document = new URL('../../docs/deploy.md', import.meta.url);

if (process.argv.includes('--write')) {
  writeFileSync(document, withCostTable(readFileSync(document, 'utf8')));
} else {
  console.log(`${costTable()}\n`);
  explain('A month of the network "isolated" when nothing runs', idleUsage('isolated'), 1);
  explain('1000 executions in the network "public"', executionUsage('public'), 1000);
  console.log(`Prices: ${priceSources().join(' ')}`);
}

function explain(title: string, usage: Usage, times: number): void {
  const [region] = regions;
  console.log(`${title}, ${region}, nothing free:`);
  for (const { name, amount, dollars } of costLines(usage, region)) {
    const [total, count] = [(dollars * times).toFixed(2), (amount * times).toPrecision(4)];
    console.log(`${total.padStart(9)}  ${Number(count)} × ${prices[name].unit}`);
  }
  console.log();
}
