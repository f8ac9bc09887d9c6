import { afterEach, expect, it } from 'vitest';
import type { LaunchRequest } from '../../core/execution.ts';
import type { Launcher } from '../../core/ports.ts';

export interface LauncherUnderTest {
  launcher: Launcher;
  /** Ends a runner from outside, as a crash does. */
  end(launchId: string): Promise<void> | void;
}

/** What every launcher promises. The runners of `open` go on until they are ended. */
export function launcherSuite(open: () => LauncherUnderTest) {
  const launched: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const end of launched.splice(0)) await end();
  });

  async function launch(id: string) {
    const { launcher, end } = open();
    const request: LaunchRequest = { executionId: id, type: 'bash', target: null, secretVariable: null };
    const { launchId, launchedAt } = await launcher.launch(request);
    launched.push(() => end(launchId));
    return { launcher, launchId, launchedAt, end: () => end(launchId) };
  }

  it('starts a runner, and tells its launch by a name of its own', async () => {
    const first = await launch('1');
    const second = await launch('2');
    expect(first.launchId).not.toBe(second.launchId);
    expect(Number.isFinite(first.launchedAt)).toBe(true);
    expect(await first.launcher.inspect(first.launchId)).toEqual({ running: true });
  });

  it('knows when a runner has ended, and says why', { timeout: 60_000 }, async () => {
    const { launcher, launchId, end } = await launch('3');
    const other = await launch('4');
    await end();
    await expect
      .poll(() => launcher.inspect(launchId))
      .toMatchObject({ running: false, cause: expect.stringMatching(/\w{3}/) });
    expect(await other.launcher.inspect(other.launchId)).toEqual({ running: true });
  });

  it('does not mind to be asked to stop what has ended', async () => {
    const { launcher, launchId, end } = await launch('5');
    await end();
    await launcher.stop(launchId);
    await launcher.stop(launchId);
  });

  it('may be asked to launch the same execution again', async () => {
    const first = await launch('6');
    const second = await launch('6');
    for (const { launcher, launchId } of [first, second]) {
      expect(await launcher.inspect(launchId)).toEqual({ running: true });
    }
  });
}
