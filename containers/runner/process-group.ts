import type { Clock } from '../../core/ports.ts';

const roundMilliseconds = 20;

/**
 * Signals every process of the group. The child leads a group of its own, so its id names the group too. False
 * when the group has no process any more.
 */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch (thrown) {
    // Not being allowed (EPERM) means that there is somebody.
    return !(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH');
  }
}

/** Asks the group to end. Who is stopped (SIGSTOP) has to go on in order to hear it. */
export function askGroup(pid: number): boolean {
  return signalGroup(pid, 'SIGTERM') && signalGroup(pid, 'SIGCONT');
}

/** Ends what is left in the group: it has `graceMilliseconds` to do so by itself. */
export async function endGroup(pid: number, clock: Clock, graceMilliseconds: number): Promise<void> {
  if (!askGroup(pid)) return;
  for (let waited = 0; waited < graceMilliseconds; waited += roundMilliseconds) {
    await clock.sleep(roundMilliseconds);
    if (!signalGroup(pid, 0)) return;
  }
  signalGroup(pid, 'SIGKILL');
}
