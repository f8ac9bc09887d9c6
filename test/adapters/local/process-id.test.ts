import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { pidOf, processId } from '../../../adapters/local/process-id.ts';

it('names a living process the same each time, and a dead one not at all', async () => {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  const name = processId(pid);
  expect(name).toMatch(new RegExp(`^${pid}/`));
  expect(processId(pid)).toBe(name);
  expect(pidOf(name ?? '')).toBe(pid);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(processId(pid)).toBeUndefined();
});
