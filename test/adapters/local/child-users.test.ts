import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { childUsers } from '../../../adapters/local/child-users.ts';
import { processId } from '../../../adapters/local/process-id.ts';

const uidOf = (variables: Record<string, string>) => Number(variables.RUNOPS_CHILD_UID);

describe('the users of commands', () => {
  it('are different for executions that run at the same time, and used again afterwards', () => {
    const users = childUsers(10001, true);
    expect(['a', 'b', 'c'].map((id) => uidOf(users.take(id)))).toEqual([10001, 10002, 10003]);
    users.free('b');
    expect(uidOf(users.take('d'))).toBe(10002);
    expect(uidOf(users.take('a'))).toBe(10001);
  });

  it('are not told to runners of an agent that may not change users', () => {
    expect(childUsers(10001, false).take('a')).toEqual({});
  });

  it.skipIf(process.platform !== 'linux')('stay with the runners of an earlier agent', async () => {
    const runner = spawn('sleep', ['60'], { env: { PATH: process.env.PATH, RUNOPS_CHILD_UID: '10001' } });
    await once(runner, 'spawn');
    const users = childUsers(10001, true);
    users.adopt('a', processId(runner.pid ?? 0) ?? '');
    expect(uidOf(users.take('b'))).toBe(10002);
    runner.kill('SIGKILL');
    await once(runner, 'exit');
  });
});
