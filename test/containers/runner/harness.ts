import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { memoryLedger } from '../../../adapters/memory/ledger.ts';
import { systemClock } from '../../../adapters/system-clock.ts';
import { findIsolation } from '../../../containers/runner/isolation.ts';
import { run } from '../../../containers/runner/run.ts';
import type { Runner } from '../../../containers/runner/runner.ts';
import type { ExecutionId, Result, Spec } from '../../../core/execution.ts';
import { silentLog } from '../../../core/log.ts';
import { decodeFrames, type OutputFrame, type StreamName } from '../../../core/output.ts';
import type { Clock, Ledger, SecretMap } from '../../../core/ports.ts';

export const root = process.geteuid?.() === 0;

/** Real time, only that every pause of the runner passes twenty times faster. */
export const swiftClock: Clock = {
  now: systemClock.now,
  sleep: (milliseconds, signal) => systemClock.sleep(milliseconds / 20, signal),
};

const made: string[] = [];
afterAll(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** A directory that the child's user can pass through, until the tests of the file have ended. */
export function testDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'runner-test-'));
  chmodSync(directory, 0o711);
  made.push(directory);
  return directory;
}

/** A scratch directory that does not exist yet. */
export function scratchDirectory(): string {
  return join(testDirectory(), 'scratch');
}

export function bashSpec(script: string, changes: Partial<Spec> = {}): Spec {
  return {
    taskId: 7,
    type: 'bash',
    script,
    target: 'demo',
    description: null,
    userEmail: 'somebody@example.com',
    userGroups: null,
    secret: { provider: 'runops', path: null, config: '{}' },
    secretMapping: null,
    customCommand: null,
    renderScript: false,
    redact: 'all',
    runSecondsMax: 600,
    outputBytesMax: 10 * 1024 * 1024,
    startBefore: Date.now() + 60_000,
    ...changes,
  };
}

export interface TestRunner extends Runner {
  machine: Runner['machine'] & { scratch: string };
}

export function testRunner(secret: SecretMap = {}, changes: Partial<Runner> = {}): TestRunner {
  const machine = {
    scratch: scratchDirectory(),
    isolation: () => findIsolation({ uid: 10001, gid: 10001 }),
    // A path that every user may search, whatever the one of whoever runs the tests.
    environment: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      AWS_SECRET_ACCESS_KEY: 'of the runner',
      TOKEN: 'agent',
    },
  };
  return {
    ledger: memoryLedger(),
    secrets: { fetch: async () => secret },
    clock: swiftClock,
    log: silentLog,
    launchId: 'test/1',
    kill: new AbortController().signal,
    machine,
    ...changes,
  };
}

export interface Ended {
  result: Result;
  stdout: string;
  stderr: string;
  frames: OutputFrame[];
}

/** Runs the script as execution `e1` and reads what the ledger has afterwards. */
export async function runBash(
  script: string,
  { runner = testRunner(), spec = {} }: { runner?: Runner; spec?: Partial<Spec> } = {},
): Promise<Ended> {
  await runner.ledger.create('e1', 'spec', bashSpec(script, spec));
  await run(runner, 'e1');
  return readEnd(runner.ledger, 'e1');
}

export async function readEnd(ledger: Ledger, id: ExecutionId): Promise<Ended> {
  const result = await ledger.read(id, 'result');
  if (!result) throw new Error('The execution has no result.');
  const frames = await readFrames(ledger, id);
  return { result, stdout: textOf(frames, 'stdout'), stderr: textOf(frames, 'stderr'), frames };
}

export async function readFrames(ledger: Ledger, id: ExecutionId): Promise<OutputFrame[]> {
  const frames: OutputFrame[] = [];
  for (let part = 1; ; part++) {
    const bytes = await ledger.readOutput(id, part);
    if (!bytes) return frames;
    frames.push(...decodeFrames(bytes));
  }
}

export function bytesOf(frames: OutputFrame[], stream: StreamName): Buffer {
  return Buffer.concat(frames.filter((frame) => frame.stream === stream).map((frame) => frame.bytes));
}

function textOf(frames: OutputFrame[], stream: StreamName): string {
  return bytesOf(frames, stream).toString();
}
