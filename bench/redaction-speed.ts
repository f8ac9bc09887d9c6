import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { OutputFrame } from '../core/output.ts';
import { localRedactor } from '../core/redaction/local-redactor.ts';
import { seededRandom } from '../test/support/seeded-random.ts';
import { adversarialInput, mixedOutput } from './redaction-material.ts';
import type { BenchRow } from './row.ts';

const MEGABYTE = 1_000_000;
const FRAME_BYTES = 64 * 1024;
const BLOCK_BYTES = 16 * MEGABYTE;
const ADVERSARIAL_BYTES = 128 * 1024;
const SEED = 20_261_120;

type Work = 'redact' | 'copy' | 'nothing';
interface Measure {
  seconds: number;
  rssMegabytes: number;
}

/**
 * The local detectors over mixed output in frames of 64 KiB beside a copy of the same frames, each in a process of its
 * own; and the slowest of many adversarial inputs beside the mixed text. Time is the processor's, of all threads.
 */
export async function benchRedactionSpeed(megabytes = 1000, inputs = 1000): Promise<BenchRow[]> {
  const [redacted, copied, empty] = [
    inChild('redact', megabytes),
    inChild('copy', megabytes),
    inChild('nothing', 0),
  ];
  const worst = await slowestInput(inputs);
  return [
    {
      name: `redaction of ${megabytes} MB of mixed output`,
      value: `${(megabytes / redacted.seconds).toFixed(1)} MB/s`,
      baseline: `${(megabytes / copied.seconds).toFixed(0)} MB/s (copy)`,
      ratio: `${(redacted.seconds / copied.seconds).toFixed(1)}x the time`,
      goal: '25 MB/s',
    },
    {
      name: 'redaction peak memory',
      value: `${redacted.rssMegabytes.toFixed(0)} MB`,
      baseline: `${empty.rssMegabytes.toFixed(0)} MB (empty process), ${copied.rssMegabytes.toFixed(0)} MB (copy)`,
      ratio: `+${(redacted.rssMegabytes - empty.rssMegabytes).toFixed(0)} MB`,
      goal: '+80 MB',
    },
    {
      name: `redaction of the worst of ${inputs} adversarial inputs`,
      value: `${worst.nanoseconds.toFixed(0)} ns/byte (input ${worst.index}: ${JSON.stringify(worst.start)})`,
      baseline: `${worst.mixed.toFixed(0)} ns/byte (mixed)`,
      ratio: `${(worst.nanoseconds / worst.mixed).toFixed(1)}x`,
      goal: '5x',
    },
  ];
}

function inChild(work: Work, megabytes: number): Measure {
  const self = fileURLToPath(import.meta.url);
  const args = ['--disable-warning=ExperimentalWarning', self, work, String(megabytes)];
  const child = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const [seconds = Number.NaN, rssMegabytes = Number.NaN] = child.stdout.split(' ').map(Number);
  return { seconds, rssMegabytes };
}

async function measure(work: Work, megabytes: number): Promise<void> {
  if (work !== 'nothing') {
    const frames = framesOf(
      mixedOutput(seededRandom(SEED), Math.min(BLOCK_BYTES, megabytes * MEGABYTE)),
      megabytes * MEGABYTE,
    );
    const before = process.cpuUsage();
    const bytes = work === 'redact' ? await redact(frames) : await copy(frames);
    const { user, system } = process.cpuUsage(before);
    if (bytes === 0) throw new Error('Nothing came out.');
    process.stdout.write(`${(user + system) / 1e6} `);
  } else process.stdout.write('0 ');
  process.stdout.write(String(process.resourceUsage().maxRSS / 1000));
}

async function* framesOf(block: Uint8Array, bytes: number): AsyncGenerator<OutputFrame> {
  for (let sent = 0; sent < bytes; ) {
    for (let at = 0; at < block.length && sent < bytes; at += FRAME_BYTES) {
      const frame = block.slice(at, at + FRAME_BYTES);
      sent += frame.length;
      yield { stream: 'stdout', bytes: frame };
    }
  }
}

async function redact(frames: AsyncIterable<OutputFrame>): Promise<number> {
  const encoder = new TextEncoder();
  let bytes = 0;
  for await (const { text } of localRedactor().output(frames)) bytes += encoder.encode(text).length;
  return bytes;
}

async function copy(frames: AsyncIterable<OutputFrame>): Promise<number> {
  let bytes = 0;
  for await (const frame of frames) bytes += Buffer.from(frame.bytes).length;
  return bytes;
}

/** The mixed text is measured in the same way and the same process. Each input counts with the better of two tries. */
export async function slowestInput(inputs: number, seed = SEED) {
  const nanosecondsOf = async (input: Uint8Array) => {
    const before = process.cpuUsage();
    await redact(framesOf(input, input.length));
    const { user, system } = process.cpuUsage(before);
    return ((user + system) * 1000) / input.length;
  };
  const mixedBlock = mixedOutput(seededRandom(seed), ADVERSARIAL_BYTES);
  let mixed = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 40; round++) mixed = Math.min(mixed, await nanosecondsOf(mixedBlock));
  let worst = { index: -1, nanoseconds: 0, start: '' };
  for (let index = 0; index < inputs; index++) {
    const input = adversarialInput(seededRandom(seed + index), ADVERSARIAL_BYTES);
    let nanoseconds = await nanosecondsOf(input);
    for (let round = 0; round < 4 && nanoseconds > worst.nanoseconds; round++) {
      nanoseconds = Math.min(nanoseconds, await nanosecondsOf(input));
    }
    if (nanoseconds > worst.nanoseconds)
      worst = { index, nanoseconds, start: new TextDecoder().decode(input.subarray(0, 60)) };
  }
  return { ...worst, mixed };
}

if (import.meta.main) {
  const [work, megabytes] = process.argv.slice(2);
  if (work === 'redact' || work === 'copy' || work === 'nothing') await measure(work, Number(megabytes));
  else console.table(await benchRedactionSpeed(Number(work ?? 1000), Number(megabytes ?? 1000)));
}
