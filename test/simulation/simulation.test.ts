import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { runMany } from './run-many.ts';
import { simulate } from './simulate.ts';

/** Every commit looks at other worlds, and everyone who has the commit at the same. */
function seedOfCommit(): number {
  return Number.parseInt(execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).slice(0, 7), 16);
}

describe('the simulation', () => {
  it('finds no promise broken in ten seconds', { timeout: 60_000 }, async () => {
    const first = seedOfCommit();
    const amount = { first, stride: 1, runs: 1_000_000, milliseconds: 10_000, untilFailure: true };
    const { runs, failures } = await runMany(amount);
    expect(failures, `seeds from ${first}`).toEqual([]);
    expect(runs).toBeGreaterThan(100);
  });

  it('does the same again for the same seed, step by step', async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const [one, other] = [await simulate(seed, { trace: true }), await simulate(seed, { trace: true })];
      expect(one.history.trace?.length).toBeGreaterThan(50);
      expect(one.history.trace).toEqual(other.history.trace);
    }
  });

  it('draws another mix of faults for each run', async () => {
    const mixes = new Set<string>();
    for (let seed = 1; seed <= 20; seed++) mixes.add(JSON.stringify((await simulate(seed)).mix));
    expect(mixes.size).toBe(20);
  });
});
