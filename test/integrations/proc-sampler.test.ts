import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ProcSamples, startProcSampler } from './proc-sampler.ts';

const root = process.getuid?.() === 0;
const secret = 'planted-secret-4711';

describe('the sampler of the integration tests', () => {
  it('sees a secret in the arguments of any process', async () => {
    const pid = await waiting([secret], {});
    expect((await sampled()).seen).toContain(`cmdline of ${pid}`);
  });

  it('sees one in the environment of a process that it may read, when it is a user of its own', async () => {
    const pid = await waiting([], { SECRET: secret }, root ? { uid: 65_534, gid: 65_534 } : {});
    expect((await sampled()).seen).toEqual(root ? [`environ of ${pid}`] : []);
  });

  it('sees neither its own knowledge nor what the system hides', async () => {
    await waiting([], { SECRET: secret });
    expect(await sampled()).toMatchObject({ seen: [] });
  });

  it('sees in what was there before what it is told of later', async () => {
    const pid = await waiting([secret], {});
    const sampler = await startProcSampler();
    sampler.lookFor(['another-secret-1']);
    sampler.lookFor([secret]);
    expect((await sampler.stop()).seen).toEqual([`cmdline of ${pid}`]);
  });
});

async function sampled(): Promise<ProcSamples> {
  const sampler = await startProcSampler();
  sampler.lookFor([secret]);
  return sampler.stop();
}

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
