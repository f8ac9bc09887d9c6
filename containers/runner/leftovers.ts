import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildUser } from './child-user.ts';
import { removeDirectory } from './work-directory.ts';

/**
 * How the names of this runner's directories begin. They hold scripts and key files, so those of a runner that was
 * ended by force must not stay: the next one sees by the name that nobody owns them any more.
 */
export function ownPrefix(pid = process.pid): string {
  return `execution-${pidNamespace()}_${pid}_`;
}

/** Removes the directories in `scratch` whose runners are gone. */
export function removeLeftovers(scratch: string, user: ChildUser | null): void {
  for (const name of readdirSync(scratch)) {
    const pid = Number(/^execution-\d+_(\d+)_/.exec(name)?.[1]);
    // In another container the same number is another process, which cannot be seen from here.
    if (!name.startsWith(ownPrefix(pid)) || isAlive(pid)) continue;
    const directory = join(scratch, name);
    const uid = lstatSync(directory, { throwIfNoEntry: false })?.uid;
    // Each task may have had a user of its own.
    removeDirectory(directory, user && uid ? { uid, gid: user.gid } : user);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return !(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH');
  }
}

/** 0 where there is only one, as on macOS. */
function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replaceAll(/\D/g, '');
  } catch {
    return '0';
  }
}
