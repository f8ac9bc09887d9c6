import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withCostTable } from '../../../infra/cost/cost-table.ts';
import { costLines, monthlyCost } from '../../../infra/cost/monthly-cost.ts';
import { prices, regions } from '../../../infra/cost/price-table.ts';
import { functionMemoryMiB, idleUsage, networks, traceUsage } from '../../../infra/cost/usage.ts';
import { defaultSize } from '../../../infra/fargate-size.ts';

describe('the cost', () => {
  it('of the interfaces of an isolated network is what one reckons by hand', () => {
    // Five services in two zones, all of the 730 hours of a month, at 1.1 cents in Ireland: 5 × 2 × 730 × 0.011.
    const lines = costLines(idleUsage('isolated'), 'eu-west-1');
    expect(lines.find((line) => line.name === 'interfaceHours')?.dollars).toBeCloseTo(80.3, 10);
  });

  it('of an idle poller is what one reckons by hand', () => {
    // A quarter of a GB for 60 s in each of 43,800 minutes, and 1 GB for half a second: 657,000 + 21,900 GB-seconds.
    expect(idleUsage('public').lambdaTime).toBe(678_900);
    const line = costLines(idleUsage('public'), 'us-east-1').find(({ name }) => name === 'lambdaTime');
    expect(line?.dollars).toBeCloseTo(9.052, 3);
  });

  it('of a container is what one reckons by hand', () => {
    expect(defaultSize).toEqual({ cpu: 512, memory: 1024 });
    // 80 s of half a vCPU and of 1 GB, and of a public address: (0.5 × 0.03238 + 0.00356 + 0.005) × 80 / 3600, × 1000.
    const container = 0.4388 + 0.1111;
    const cost = monthlyCost('public', 'us-east-1').perThousand;
    expect(cost).toBeGreaterThan(container);
    expect(
      monthlyCost('public', 'us-east-1').perThousand - monthlyCost('private', 'us-east-1').perThousand,
    ).toBeCloseTo(0.1111, 3);
  });

  it('of a million traces is what one reckons by hand, and what docs/operations.md says', () => {
    // 5 a million at X-Ray, 5 × 0.4 for reads of S3, 50,000 GB-seconds for the wait: 5 + 2 + 0.667.
    const million = costLines(traceUsage, 'us-east-1').reduce((sum, line) => sum + 1e6 * line.dollars, 0);
    expect(million).toBeCloseTo(7.667, 3);
    expect(readFileSync('docs/operations.md', 'utf8')).toContain(`**${million.toFixed(2)}**`);
  });

  it('grows from profile to profile', () => {
    const idle = networks.map((network) => monthlyCost(network, 'us-east-1').idle.full);
    expect(idle).toEqual([...idle].sort((a, b) => a - b));
    expect(idle[0]).toBe(idle[1]);
  });

  it('has a price with its source for each region', () => {
    for (const price of Object.values(prices)) {
      expect(price.source).toMatch(/^https:\/\/aws\.amazon\.com\//);
      for (const region of regions) expect(price[region]).toBeGreaterThan(0);
    }
  });

  it('counts the memory that the functions have', () => {
    for (const [file, memory] of [
      ['polling', functionMemoryMiB.poller],
      ['dispatching', functionMemoryMiB.dispatcher],
      ['reporting', functionMemoryMiB.reporter],
    ]) {
      expect(readFileSync(`infra/${file}.ts`, 'utf8')).toContain(`memoryMiB: ${memory},`);
    }
  });

  it('stands in docs/deploy.md as it is today: npm run cost -- --write', () => {
    const document = readFileSync('docs/deploy.md', 'utf8');
    expect(document).toBe(withCostTable(document));
  });
});
