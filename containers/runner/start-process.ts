import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fchownSync, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from '../../core/integrations/integration.ts';
import type { StreamName } from '../../core/output.ts';
import { findProgram } from './find-program.ts';
import type { Isolation } from './isolation.ts';
import { type OutputReader, streamReader } from './output-reader.ts';
import type { OutputPipes } from './pipes.ts';
import { explainStart } from './start-failure.ts';
import { handOver, writeFiles, writePrivately } from './work-directory.ts';

/** What a command needs to become a process. */
export interface ChildStart {
  command: Command;
  /** The execution's own directory: the child's home and working directory. */
  directory: string;
  isolation: Isolation;
  pipes: OutputPipes;
  /** The environment before the command's own. */
  environment: Readonly<Record<string, string>>;
}

export interface StartedProcess {
  child: ChildProcess;
  pid: number;
  readers: Record<StreamName, OutputReader>;
}

/**
 * Starts the command without a shell, in a process group and session of its own.
 * @throws AgentError `command-invalid` with a sentence for the user when it cannot be started.
 */
export async function startProcess(start: ChildStart): Promise<StartedProcess> {
  const { command, directory, isolation, pipes } = start;
  const environment = { ...start.environment, ...command.env };
  const stdin = openStdin(start);
  try {
    writeFiles(directory, command.files, isolation.user);
    handOver(directory, isolation.user);
    const { stdout, stderr } = pipes.childEnds;
    const stdio: StdioOptions = [stdin ?? 'ignore', stdout ?? 'pipe', stderr ?? 'pipe'];
    const { child, pid } = await spawned(start, environment, stdio);
    const readers = {
      stdout: pipes.readers.stdout ?? streamReader(present(child.stdout)),
      stderr: pipes.readers.stderr ?? streamReader(present(child.stderr)),
    };
    return { child, pid, readers };
  } finally {
    if (stdin !== null) closeSync(stdin);
    pipes.release();
  }
}

/**
 * Standard input is a file without a name: a child that stops reading breaks no pipe, and bash reads it in blocks
 * instead of byte by byte.
 */
function openStdin({ command, directory, isolation }: ChildStart): number | null {
  if (command.stdin === null) return null;
  const path = join(directory, '.stdin');
  try {
    writePrivately(path, command.stdin, null);
    const file = openSync(path, 'r');
    // Only now: root without the capability DAC_OVERRIDE cannot open a file of the child's.
    if (isolation.user) fchownSync(file, isolation.user.uid, isolation.user.gid);
    return file;
  } finally {
    unlinkSync(path);
  }
}

async function spawned(start: ChildStart, environment: Record<string, string>, stdio: StdioOptions) {
  const { command, directory, isolation } = start;
  const [program, ...rest] = command.argv;
  const place = { path: environment.PATH ?? '', directory, user: isolation.user };
  const argv = [...isolation.prefix, findProgram(program, place), ...rest];
  try {
    const options = {
      cwd: command.workingDirectory ?? directory,
      env: environment,
      stdio,
      detached: true,
      ...isolation.spawnAs,
    };
    const child = spawn(argv[0] ?? program, argv.slice(1), options);
    if (child.pid === undefined) await once(child, 'spawn');
    return { child, pid: child.pid ?? 0 };
  } catch (thrown) {
    throw explainStart(thrown, argv);
  }
}

function present<T>(value: T | null): T {
  if (value === null) throw new TypeError('The process has no output.');
  return value;
}
