import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Mutant, mutants } from './mutants.ts';

/**
 *     npm run sim:mutants                      every mutant
 *     npm run sim:mutants -- 'the lock'        those whose name has these words
 */
const runsMax = 20_000;
const seed = 1;
const chosen = mutants.filter(({ name }) => name.includes(process.argv[2] ?? ''));
const waiting = [...chosen];
let missed = 0;

await Promise.all(Array.from({ length: availableParallelism() }, hunt));
console.log(`${chosen.length - missed} of ${chosen.length} mutants found`);
process.exitCode = missed > 0 ? 1 : 0;

async function hunt() {
  for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
    const { runs, violation, problem } = await simulateWithout(mutant);
    if (violation === undefined) missed++;
    const found =
      violation === undefined
        ? `MISSED in ${runs} runs ${problem}`
        : `found after ${runs} runs: ${violation}`;
    console.log(`${mutant.name.padEnd(52)} ${found}`);
  }
}

async function simulateWithout({ name }: Mutant) {
  const here = import.meta.dirname;
  const child = spawn(
    process.execPath,
    [
      ...[
        '--disable-warning=ExperimentalWarning',
        '--import',
        join(here, 'patch.ts'),
        join(here, '..', 'main.ts'),
      ],
      ...['--seed', String(seed), '--runs', String(runsMax), '--workers', '1', '--until-failure'],
    ],
    { env: { ...process.env, MUTANT: name }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const [stdout, stderr] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    once(child, 'exit'),
  ]);
  const violation = /^ {2}(\w+: .*)$/m.exec(stdout)?.[1]?.slice(0, 100);
  const runs = Number(/^(\d+) runs from/m.exec(stdout)?.[1] ?? 0);
  return { runs, violation, problem: stderr.slice(0, 300) };
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const pieces = await Array.fromAsync(stream);
  return Buffer.concat(pieces).toString();
}
