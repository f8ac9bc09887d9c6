import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AgentError } from '../../core/errors.ts';
import type { Command } from '../../core/integrations/integration.ts';
import { asChild, type ChildUser } from './child-user.ts';

const removalRounds = 5;
const worldWritable = 0o002;
const sticky = 0o1000;

/**
 * Makes the execution's own empty directory. It is the runner's until `handOver`.
 * @throws AgentError `config-invalid` when other users could put something in its place.
 */
export function makeDirectory(scratch: string, prefix = 'execution-'): string {
  // The child's user must be able to pass through, not to look around.
  mkdirSync(scratch, { recursive: true, mode: 0o711 });
  const { uid, mode } = statSync(scratch);
  const ours = uid === 0 || uid === process.geteuid?.();
  const closed = (mode & worldWritable) === 0 || (mode & sticky) !== 0;
  if (ours && closed) return mkdtempSync(join(scratch, prefix));

  const message =
    `agent failed to run command: ${scratch} belongs to user ${uid} or can be written by everybody, so others ` +
    'could reach into the execution. Remove it, or choose another RUNOPS_SCRATCH.';
  throw new AgentError('config-invalid', message);
}

/** Writes the command's files, readable by the child alone. */
export function writeFiles(directory: string, files: Command['files'], user: ChildUser | null): void {
  for (const { name, content } of files) {
    if (name !== basename(name) || name === '..') throw new RangeError(`"${name}" is not a plain file name.`);
    writePrivately(join(directory, name), content, user);
  }
}

/** Writes a file that must not exist yet, with mode 0600. */
export function writePrivately(path: string, content: string | Uint8Array, user: ChildUser | null): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(file, content);
    if (user) fchownSync(file, user.uid, user.gid);
  } finally {
    closeSync(file);
  }
}

/**
 * Gives the directory to the child's user.
 * @throws AgentError `config-invalid` when that user may not pass through the directories above.
 */
export function handOver(directory: string, user: ChildUser | null): void {
  if (!user) return;
  try {
    if (!everybodyMayPass(dirname(directory))) asChild(user, () => statSync(directory));
  } catch (cause) {
    const message =
      `agent failed to run command: user ${user.uid} may not pass to ${directory}. ` +
      'Make every directory above it searchable (chmod a+x), or choose another RUNOPS_SCRATCH.';
    throw new AgentError('config-invalid', message, { cause });
  }
  // Our group may pass: root without the capability DAC_OVERRIDE could not enter it to start the child there.
  chmodSync(directory, 0o710);
  chownSync(directory, user.uid, process.getegid?.() ?? user.gid);
}

/** The usual case, told without the price of becoming the child. */
function everybodyMayPass(directory: string): boolean {
  const isOpen = (statSync(directory).mode & 0o001) !== 0;
  return isOpen && (directory === dirname(directory) || everybodyMayPass(dirname(directory)));
}

/**
 * Removes the directory with all that the child left there, whatever it did to the modes, and although a process
 * that got away may still write into it. False when something is left.
 */
export function removeDirectory(directory: string, user: ChildUser | null): boolean {
  attempt(() => removePlain(directory));
  if (!existsSync(directory)) return true;
  const owner = user && lstatSync(directory, { throwIfNoEntry: false })?.uid === user.uid ? user : null;
  for (let round = 0; round < removalRounds; round++) {
    attempt(() => asChild(owner, () => rmSync(directory, { recursive: true, force: true })));
    // The directory itself is an entry of the scratch directory, which is ours.
    attempt(() => rmdirSync(directory));
    if (!existsSync(directory)) return true;
    removeByForce(directory, owner);
  }
  return false;
}

/**
 * The usual case, without the price of becoming the child: no directories inside. An entry is removed by its name
 * alone, so that a link can lead nowhere.
 */
function removePlain(directory: string) {
  for (const name of readdirSync(directory)) unlinkSync(join(directory, name));
  rmdirSync(directory);
}

/** What `rmSync` cannot remove are directories that their owner may not read or write. */
function removeByForce(directory: string, user: ChildUser | null) {
  const identity = user ? { uid: user.uid, gid: user.gid } : {};
  const options = { stdio: 'ignore', env: { PATH: '/usr/bin:/bin' }, ...identity } as const;
  spawnSync('chmod', ['-R', 'u+rwx', '--', directory], options);
  spawnSync('rm', ['-rf', '--', directory], options);
}

function attempt(work: () => void) {
  try {
    work();
  } catch {}
}
