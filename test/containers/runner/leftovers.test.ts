import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownPrefix } from '../../../containers/runner/leftovers.ts';
import { root, runBash, testRunner } from './harness.ts';

async function pidOfTheDead(): Promise<number> {
  const child = spawn('true');
  await once(child, 'exit');
  return child.pid ?? 0;
}

function leave(scratch: string, name: string, uid = 10002): string {
  mkdirSync(join(scratch, name), { recursive: true, mode: 0o700 });
  writeFileSync(join(scratch, name, 'client.key'), 'of a target', { mode: 0o400 });
  if (root) chownSync(join(scratch, name), uid, uid);
  return name;
}

test('what a runner left behind that was ended by force is removed by the next one', async () => {
  const runner = testRunner();
  const { scratch } = runner.machine;
  mkdirSync(scratch, { mode: 0o711 });
  const pid = await pidOfTheDead();
  leave(scratch, `${ownPrefix(pid)}aB1_-x`);
  leave(scratch, `${ownPrefix(pid)}notyet`, process.getuid?.());
  const alive = leave(scratch, `${ownPrefix()}running`);
  const elsewhere = leave(scratch, `execution-1_${pid}_inanothercontainer`);
  const foreign = leave(scratch, 'somethingelse');

  await runBash('true', { runner });

  expect(readdirSync(scratch).sort()).toEqual([alive, elsewhere, foreign].sort());
});
