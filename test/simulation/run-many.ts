import { describeMix } from './mix.ts';
import { type Outcome, simulate } from './simulate.ts';

/** What many runs came to. Plain data, so that workers can send it. */
export interface Totals {
  runs: number;
  steps: number;
  faults: Record<string, number>;
  failures: { seed: number; violations: string[]; mix: string }[];
  settledMillisecondsMax: number;
  starts: number;
  results: number;
}

export interface Amount {
  /** Seeds `first`, `first + stride`, `first + 2 * stride` … */
  first: number;
  stride: number;
  runs: number;
  /** Ends earlier when the time is over, or at the first failure. */
  milliseconds: number;
  untilFailure: boolean;
}

export async function runMany({ first, stride, runs, milliseconds, untilFailure }: Amount): Promise<Totals> {
  const totals = noTotals();
  const end = performance.now() + milliseconds;
  for (let run = 0; run < runs && performance.now() < end; run++) {
    add(totals, await simulate(first + run * stride));
    if (untilFailure && totals.failures.length > 0) break;
  }
  return totals;
}

export function noTotals(): Totals {
  return { runs: 0, steps: 0, faults: {}, failures: [], settledMillisecondsMax: 0, starts: 0, results: 0 };
}

export function sum(all: readonly Totals[]): Totals {
  return all.reduce((total, part) => {
    const faults = { ...total.faults };
    for (const [kind, count] of Object.entries(part.faults)) faults[kind] = (faults[kind] ?? 0) + count;
    return {
      runs: total.runs + part.runs,
      steps: total.steps + part.steps,
      faults,
      failures: [...total.failures, ...part.failures],
      settledMillisecondsMax: Math.max(total.settledMillisecondsMax, part.settledMillisecondsMax),
      starts: total.starts + part.starts,
      results: total.results + part.results,
    };
  }, noTotals());
}

function add(totals: Totals, { seed, mix, history, steps, settledMilliseconds, violations }: Outcome): void {
  totals.runs++;
  totals.steps += steps;
  totals.starts += history.starts.length;
  totals.results += history.results.length;
  for (const [kind, count] of history.faults) totals.faults[kind] = (totals.faults[kind] ?? 0) + count;
  totals.settledMillisecondsMax = Math.max(totals.settledMillisecondsMax, settledMilliseconds);
  if (violations.length > 0) totals.failures.push({ seed, violations, mix: describeMix(mix) });
}
