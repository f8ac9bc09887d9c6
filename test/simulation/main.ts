import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { faultKinds } from './fault-kinds.ts';
import { describeMix } from './mix.ts';
import { type Amount, runMany, sum, type Totals } from './run-many.ts';
import { simulate } from './simulate.ts';

/**
 *     npm run sim -- --runs 20000              many runs, from a fresh seed
 *     npm run sim -- --seed 7 --runs 100       seeds 7 to 106
 *     npm run sim -- --seed 7 --trace          one run, step by step
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    runs: { type: 'string' },
    seconds: { type: 'string' },
    workers: { type: 'string' },
    trace: { type: 'boolean', default: false },
    'until-failure': { type: 'boolean', default: false },
  },
});
const first = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const runs = Number(values.runs ?? (values.seconds ? 1e9 : 1));
const workers = Math.min(runs, Number(values.workers ?? availableParallelism()));

if (values.trace) await replay(first);
else show(await runAll());

async function replay(seed: number) {
  const { history, violations, mix, steps } = await simulate(seed, { trace: true });
  console.log(`seed ${seed}, mix ${describeMix(mix)}`);
  console.log(history.trace?.join('\n'));
  console.log(`${steps} steps, ${history.starts.length} starts, ${history.results.length} results posted`);
  for (const violation of violations) console.log(violation);
  process.exitCode = violations.length > 0 ? 1 : 0;
}

async function runAll() {
  const started = performance.now();
  const parts = Array.from({ length: workers }, (_, index) => {
    const share = Math.floor(runs / workers) + (index < runs % workers ? 1 : 0);
    return runApart({
      first: first + index,
      stride: workers,
      runs: share,
      milliseconds: Number(values.seconds ?? 1e9) * 1000,
      untilFailure: values['until-failure'],
    });
  });
  const totals = sum(await Promise.all(parts));
  return { totals, seconds: (performance.now() - started) / 1000 };
}

/** A bundle has no worker of its own, so a single one runs right here. */
async function runApart(amount: Amount): Promise<Totals> {
  if (workers === 1) return runMany(amount);
  const [totals] = await once(
    new Worker(new URL('./worker.ts', import.meta.url), { workerData: amount }),
    'message',
  );
  return totals;
}

function show({ totals, seconds }: { totals: Totals; seconds: number }) {
  const { failures, faults } = totals;
  for (const { seed, violations, mix } of failures.slice(0, 10)) {
    console.log(`seed ${seed} failed; see it with: npm run sim -- --seed ${seed} --trace`);
    console.log(`  mix ${mix}`);
    for (const violation of violations) console.log(`  ${violation}`);
  }
  console.log('faults injected:');
  for (const [kind, count] of Object.entries(faults).sort())
    console.log(`  ${String(count).padStart(9)} ${kind}`);
  const missing = faultKinds.filter((kind) => !faults[kind]);
  if (missing.length > 0) console.log(`  never in these runs: ${missing.join('; ')}`);
  const perSecond = (totals.runs / seconds).toFixed(0);
  const settled = (totals.settledMillisecondsMax / 60_000).toFixed(1);
  console.log(
    `${totals.runs} runs from seed ${first} in ${seconds.toFixed(1)} s (${perSecond} per second, ` +
      `${workers} threads), ${totals.steps} steps, ${totals.starts} starts, ${totals.results} results posted; ` +
      `the last to settle took ${settled} min; ${failures.length} failed`,
  );
  if (failures.length > 0 || (totals.runs >= 5000 && missing.length > 0)) process.exitCode = 1;
}
