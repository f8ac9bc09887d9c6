import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startProcSampler } from './proc-sampler.ts';

const root = process.getuid?.() === 0;
const secret = 'planted-secret-4711';

describe('the sampler of the integration tests', () => {
  it('sees a secret in the arguments of any process', async () => {
    const pid = await waiting([secret], {});
    expect((await startProcSampler([secret]).stop()).seen).toContain(`cmdline of ${pid}`);
  });

  it('sees one in the environment of a process that it may read', async () => {
    const pid = await waiting([], { SECRET: secret }, root ? { uid: 65_534, gid: 65_534 } : {});
    expect((await startProcSampler([secret]).stop()).seen).toContain(`environ of ${pid}`);
  });

  it('sees neither its own knowledge nor what the system hides', async () => {
    if (root) await waiting([], { SECRET: secret });
    expect(await startProcSampler([secret]).stop()).toMatchObject({ seen: [] });
  });
});

/** A process that does nothing until the end of the test. */
async function waiting(words: string[], env: Record<string, string>, user = {}): Promise<number | undefined> {
  const program = 'process.stdin.resume(); console.log()';
  const child = spawn(process.execPath, ['-e', program, ...words], { cwd: '/', env, ...user });
  onTestFinished(async () => {
    const exit = once(child, 'exit');
    child.kill();
    await exit;
  });
  await once(child.stdout, 'data');
  return child.pid;
}
