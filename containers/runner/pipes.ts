import { spawn } from 'node:child_process';
import { closeSync, constants, fchownSync, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { StreamName } from '../../core/output.ts';
import type { ChildUser } from './child-user.ts';
import { type OutputReader, pipeReader } from './output-reader.ts';

/** The pipes of one child. Where a stream has none, `spawn` must make one of its own. */
export interface OutputPipes extends Disposable {
  /** For `stdio` of `spawn`. */
  childEnds: Record<StreamName, number | null>;
  readers: Record<StreamName, OutputReader | null>;
  /** Closes our copies of the child's ends, so that the readers see the end when the child's are closed. */
  release(): void;
}

/**
 * Makes a pipe for each stream. The ones of `spawn` are sockets, which cannot be opened by name: with them
 * `echo failed > /dev/stderr` ends with "No such device or address" (https://github.com/nodejs/node/issues/21941).
 * Where there is no `mkfifo` they must do.
 */
export async function outputPipes(directory: string, user: ChildUser | null): Promise<OutputPipes> {
  const paths = { stdout: join(directory, '.stdout'), stderr: join(directory, '.stderr') };
  const made = await makeFifos(Object.values(paths));
  const stdout = made ? openPipe(paths.stdout, user) : null;
  const stderr = made ? openPipe(paths.stderr, user) : null;
  const childEnds = { stdout: stdout?.childEnd ?? null, stderr: stderr?.childEnd ?? null };
  const readers = { stdout: stdout?.reader ?? null, stderr: stderr?.reader ?? null };

  const release = () => {
    for (const stream of ['stdout', 'stderr'] as const) {
      const end = childEnds[stream];
      childEnds[stream] = null;
      if (end !== null) closeSync(end);
    }
  };
  const dispose = () => {
    release();
    for (const reader of Object.values(readers)) reader?.destroy();
  };
  return { childEnds, readers, release, [Symbol.dispose]: dispose };
}

function makeFifos(paths: string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const mkfifo = spawn('mkfifo', ['-m', '600', ...paths], { stdio: 'ignore' });
    mkfifo.on('error', () => resolve(false));
    mkfifo.on('exit', (code) => resolve(code === 0));
  });
}

/** Opened, a pipe needs its name no more. */
function openPipe(path: string, user: ChildUser | null) {
  const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const childEnd = openSync(path, constants.O_WRONLY);
  unlinkSync(path);
  // Only its owner may open it again by way of /dev/stdout.
  if (user) fchownSync(childEnd, user.uid, user.gid);
  return { childEnd, reader: pipeReader(readEnd) };
}
