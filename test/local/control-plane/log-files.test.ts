import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { logFiles } from '../../../local/control-plane/log-files.ts';
import { temporaryFolder } from './harness.ts';

async function* bytes(...parts: string[]) {
  for (const part of parts) yield Buffer.from(part);
}

test('a log beyond the limit is refused, and nothing of it stays', async () => {
  await using folder = await temporaryFolder();
  const database = join(folder.path, 'plane.db');
  const logs = logFiles(database, 1024 * 1024);
  const half = 'x'.repeat(512 * 1024);
  await expect(logs.stage(bytes(half, half, 'x'))).rejects.toThrow('The log is larger than 1 MiB.');
  expect(await readdir(`${database}-logs/incoming`)).toEqual([]);
  const staged = await logs.stage(bytes(half, half));
  expect(staged.bytes).toBe(1024 * 1024);
});

test('what a crash left of uploads is removed at the start, what was kept is not', async () => {
  await using folder = await temporaryFolder();
  const database = join(folder.path, 'plane.db');
  const before = logFiles(database);
  await before.stage('half an upload');
  const staged = await before.stage('kept');
  staged.keep(7);
  const after = logFiles(database);
  expect((await readdir(`${database}-logs`, { recursive: true })).toSorted()).toEqual(['7.log', 'incoming']);
  expect(await text(after.read(7))).toBe('kept');
});
