import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
const ROUNDS = 40;
/** As the agent itself is started: V8 keeps less garbage before it collects. */
const YOUNG = ['--max-semi-space-size=4'];

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
  const directory = mkdtempSync(join(tmpdir(), 'runops-bench-'));
  const path = join(directory, 'mixed.log');
  writeFileSync(path, mixedOutput(seededRandom(SEED), BLOCK_BYTES));
  const redacted = inChild('redact', path, megabytes);
  const copied = inChild('copy', path, megabytes);
  const empty = inChild('nothing', path, 0);
  rmSync(directory, { recursive: true });
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
      name: `redaction peak memory, started with ${YOUNG}`,
      value: `${redacted.rssMegabytes.toFixed(0)} MB`,
      baseline: `${empty.rssMegabytes.toFixed(0)} MB (empty process)`,
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

function inChild(work: Work, path: string, megabytes: number): Measure {
  const self = fileURLToPath(import.meta.url);
  const args = ['--disable-warning=ExperimentalWarning', ...YOUNG, self, work, path, String(megabytes)];
  const child = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const [seconds = Number.NaN, rssMegabytes = Number.NaN] = child.stdout.split(' ').map(Number);
  return { seconds, rssMegabytes };
}

async function measure(work: Work, path: string, megabytes: number): Promise<void> {
  const before = process.cpuUsage();
  const frames = fileFrames(path, megabytes * MEGABYTE);
  const bytes = work === 'nothing' ? 1 : work === 'redact' ? await redact(frames) : await copy(frames);
  if (bytes === 0) throw new Error('Nothing came out.');
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(`${(user + system) / 1e6} ${process.resourceUsage().maxRSS / 1000}`);
}

/** The file again and again, so that the process holds nothing but a frame. */
async function* fileFrames(path: string, bytes: number): AsyncGenerator<OutputFrame> {
  const file = openSync(path, 'r');
  const buffer = new Uint8Array(FRAME_BYTES);
  for (let [sent, position] = [0, 0]; sent < bytes; ) {
    const length = readSync(file, buffer, 0, FRAME_BYTES, position);
    position = length === 0 ? 0 : position + length;
    sent += length;
    if (length > 0) yield { stream: 'stdout', bytes: buffer.subarray(0, length) };
  }
  closeSync(file);
}

async function* framesOf(block: Uint8Array): AsyncGenerator<OutputFrame> {
  for (let at = 0; at < block.length; at += FRAME_BYTES) {
    yield { stream: 'stdout', bytes: block.subarray(at, at + FRAME_BYTES) };
  }
}

async function redact(frames: AsyncIterable<OutputFrame>): Promise<number> {
  let bytes = 0;
  for await (const { text } of localRedactor().output(frames)) bytes += Buffer.byteLength(text);
  return bytes;
}

async function copy(frames: AsyncIterable<OutputFrame>): Promise<number> {
  const target = new Uint8Array(FRAME_BYTES);
  let bytes = 0;
  for await (const frame of frames) {
    target.set(frame.bytes);
    bytes += frame.bytes.length;
  }
  return bytes;
}

/**
 * The mixed text is measured in the same way and the same process: each counts with the best of so many rounds. An
 * input that is not the worst any more needs no further ones.
 */
export async function slowestInput(inputs: number, seed = SEED) {
  const nanosecondsOf = async (input: Uint8Array) => {
    const before = process.cpuUsage();
    await redact(framesOf(input));
    const { user, system } = process.cpuUsage(before);
    return ((user + system) * 1000) / input.length;
  };
  const mixedBlock = mixedOutput(seededRandom(seed), ADVERSARIAL_BYTES);
  let mixed = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) mixed = Math.min(mixed, await nanosecondsOf(mixedBlock));
  let worst = { index: -1, nanoseconds: 0, start: '' };
  for (let index = 0; index < inputs; index++) {
    const input = adversarialInput(seededRandom(seed + index), ADVERSARIAL_BYTES);
    let nanoseconds = await nanosecondsOf(input);
    for (let round = 1; round < ROUNDS && nanoseconds > worst.nanoseconds; round++) {
      nanoseconds = Math.min(nanoseconds, await nanosecondsOf(input));
    }
    if (nanoseconds > worst.nanoseconds)
      worst = { index, nanoseconds, start: new TextDecoder().decode(input.subarray(0, 60)) };
  }
  return { ...worst, mixed };
}

if (import.meta.main) {
  const [work, path = '', megabytes] = process.argv.slice(2);
  if (work === 'redact' || work === 'copy' || work === 'nothing')
    await measure(work, path, Number(megabytes));
  else console.table(await benchRedactionSpeed(Number(work ?? 1000), Number(path || 1000)));
}
