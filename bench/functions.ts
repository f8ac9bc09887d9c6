import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { BenchRow } from './row.ts';

const names = ['poller', 'dispatcher', 'reporter'] as const;
const runs = 41;
const sizeGoalKilobytes = 160;

/** Where nothing is called, any value does. */
const environment = {
  ...{
    API_URL: 'http://localhost',
    TOKEN_SECRET: 'x',
    AGENT_NAME: 'x',
    RUNOPS_INSTANCE: 'x',
    CAPABILITIES: 'bash',
  },
  ...{ LEDGER_BUCKET: 'x', OUTPUT_BUCKET: 'x', LOG_BUCKET: 'x', CLUSTER: 'x', LEASE_SECONDS: '120' },
  ...{ AUDIT_BUS: 'x', AUDIT_BUCKET: 'x' },
  ...{
    DISPATCHES_QUEUE: 'http://localhost',
    KILLS_QUEUE: 'http://localhost',
    REPORTS_QUEUE: 'http://localhost',
  },
  ...{ DISPATCHES_QUEUE_ARN: 'x', KILLS_QUEUE_ARN: 'y', REPORTS_QUEUE_ARN: 'z', SETTINGS_SECRET: 'x' },
};

/** What a cold start has to read and run: the size of each bundle, and how long a fresh process takes to import it. */
export async function benchFunctions(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'runops-bench-'));
  const empty = join(folder, 'index.mjs');
  writeFileSync(empty, 'export const handler = async () => {};\n');
  try {
    execFileSync(process.execPath, [resolve(import.meta.dirname, '../build.ts'), folder]);
    const entryOf: EntryOf = (name) => join(folder, 'functions', name, 'index.mjs');
    return [...names.map((name) => sizeRow(name, entryOf(name))), ...importRows(empty, entryOf)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type EntryOf = (name: (typeof names)[number]) => string;

function sizeRow(name: (typeof names)[number], entry: string): BenchRow {
  const parts = join(dirname(entry), 'parts');
  const whole = [entry, ...readdirSync(parts).map((part) => join(parts, part))];
  const atStart = [...loadedAtStart(entry)];
  const isReporter = name === 'reporter';
  const [goalSize, goal] = isReporter
    ? [kilobytes(atStart), 'at the start']
    : [kilobytes(whole), 'all parts together'];
  return {
    name: `${name}: bundle, gzipped`,
    value: `${kilobytes(whole).toFixed(1)} KB in all its parts, ${kilobytes(atStart).toFixed(1)} KB of it at the start`,
    baseline: `${sizeGoalKilobytes} KB`,
    ratio: (goalSize / sizeGoalKilobytes).toFixed(2),
    goal: `at most 1.00, ${goal}`,
  };
}

/** The file and all that it imports by a declaration; what it imports by a call is loaded when it is used. */
function loadedAtStart(path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  const text = readFileSync(path, 'utf8');
  for (const [, from = ''] of text.matchAll(/(?:from|import)"(\.[^"]+)"/g)) {
    loadedAtStart(resolve(dirname(path), from), seen);
  }
  return seen;
}

function kilobytes(paths: string[]): number {
  return paths.reduce((sum, path) => sum + gzipSync(readFileSync(path), { level: 9 }).length, 0) / 1024;
}

/** Interleaved, so that whatever else the machine does slows all of them down. */
function importRows(empty: string, entryOf: EntryOf): BenchRow[] {
  const times = new Map<string, number[]>();
  for (let run = 0; run < runs; run++) {
    for (const path of [empty, ...names.map(entryOf)]) {
      times.set(path, [...(times.get(path) ?? []), importMilliseconds(path)]);
    }
  }
  const base = median(times.get(empty) ?? []);
  return names.map((name) => {
    const own = median(times.get(entryOf(name)) ?? []);
    return {
      name: `${name}: a fresh Node that imports it and ends, median of ${runs}`,
      value: `${own.toFixed(1)} ms`,
      baseline: `${base.toFixed(1)} ms: an empty handler`,
      ratio: `${(own / base).toFixed(2)} x`,
      goal: 'at most 2.50 x',
    };
  });
}

function importMilliseconds(path: string): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [path], { env: environment });
  if (status !== 0) throw new Error(`${path} could not be imported: ${stderr}`);
  return performance.now() - start;
}

function median(values: number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
