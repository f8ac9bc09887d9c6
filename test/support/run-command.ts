import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Spec } from '../../core/execution.ts';
import { buildCommand } from '../../core/integrations/build-command.ts';
import type { Command } from '../../core/integrations/integration.ts';
import type { SecretMap } from '../../core/ports.ts';
import { watchProc } from '../integrations/watch-proc.ts';
import { specOf } from './spec.ts';

export interface Ran {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Builds the command of a task and runs it as a plain process, without the runner's limits and masks. `stopAt` asks
 * it to end as soon as it has printed that text.
 */
export async function runTask(
  task: Partial<Spec>,
  secret: SecretMap = {},
  { stopAt }: { stopAt?: string } = {},
): Promise<Ran> {
  const spec = specOf(task);
  await watchProc(spec.type, secret);
  const directory = await mkdtemp(join(tmpdir(), 'runops-task-'));
  try {
    const { command } = buildCommand(spec, secret, directory);
    for (const { name, content } of command.files) {
      await writeFile(join(directory, name), content, { mode: 0o600 });
    }
    return await run(command, directory, stopAt);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function run(
  { argv, env, stdin, stdoutFilter, workingDirectory }: Command,
  directory: string,
  stopAt: string | undefined,
): Promise<Ran> {
  const [program, ...rest] = argv;
  const child = spawn(program, rest, {
    cwd: workingDirectory ?? directory,
    env: { PATH: process.env.PATH, HOME: directory, LANG: 'C.UTF-8', TMPDIR: directory, ...env },
  });
  child.stdin.on('error', () => {}); // it may end before it has read all
  child.stdin.end(stdin ?? '');
  if (stopAt !== undefined) {
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
      if (printed.includes(stopAt)) child.kill('SIGTERM');
    });
  }
  const [stdout, stderr, [exitCode]] = await Promise.all([
    buffer(child.stdout),
    buffer(child.stderr),
    once(child, 'close'),
  ]);
  const filter = stdoutFilter?.();
  const filtered = filter ? Buffer.concat([filter.push(stdout), filter.end()]) : stdout;
  return { exitCode, stdout: filtered.toString(), stderr: stderr.toString() };
}
