import { cpus } from 'node:os';
import { benchFunctions } from './functions.ts';
import { benchMasking } from './masking.ts';
import { benchOverhead } from './overhead.ts';
import { benchPickUp } from './pick-up.ts';
import { benchRedactionQuality } from './redaction-quality.ts';
import { benchRedactionSpeed } from './redaction-speed.ts';
import type { BenchRow } from './row.ts';
import { benchScale } from './scale.ts';

/**
 * `npm run bench [NAME …]`: each figure beside a baseline of the same run, because machines differ and drift.
 * Quote the ratios.
 */
const benches: Readonly<Record<string, () => Promise<BenchRow[]>>> = {
  overhead: benchOverhead,
  masking: benchMasking,
  redaction: () => benchRedactionSpeed(),
  'redaction-quality': benchRedactionQuality,
  scale: benchScale,
  functions: benchFunctions,
  'pick-up': benchPickUp,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  process.stderr.write(
    `No such benchmark: ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}.\n`,
  );
  process.exit(2);
}

process.stdout.write(`Node ${process.version}, ${cpus().length} cores: ${cpus()[0]?.model}\n`);
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stdout.write(`\n${name}\n`);
  for (const row of await bench()) {
    process.stdout.write(`  ${row.name}\n`);
    process.stdout.write(
      `    ${row.value} | baseline ${row.baseline} | ratio ${row.ratio} | goal ${row.goal}\n`,
    );
  }
}
process.exit(0);
