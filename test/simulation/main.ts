import { parseArgs } from 'node:util';
import { describeMix } from './mix.ts';
import { simulate } from './simulate.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    runs: { type: 'string' },
    seconds: { type: 'string' },
    trace: { type: 'boolean' },
  },
});
const first = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const runs = Number(values.runs ?? 1);
const faults = new Map<string, number>();
let steps = 0;
let bad = 0;
const t = performance.now();
for (let seed = first; seed < first + runs; seed++) {
  const o = await simulate(seed, { trace: values.trace ?? false });
  steps += o.steps;
  if (process.env.STEPS)
    console.log(
      seed,
      o.steps,
      o.mix.tasks,
      o.settledMilliseconds / 60000,
      o.mix.sweepMilliseconds,
      o.history.results.length,
    );
  for (const [k, n] of o.history.faults) faults.set(k, (faults.get(k) ?? 0) + n);
  if (values.trace) console.log(o.history.trace?.join('\n'));
  if (o.violations.length) {
    bad++;
    if (bad <= 10) console.log(`seed ${seed}\n  ${o.violations.join('\n  ')}\n  mix ${describeMix(o.mix)}`);
  }
}
const s = (performance.now() - t) / 1000;
console.log({ runs, bad, steps, perSecond: runs / s, faults: Object.fromEntries([...faults].sort()) });
