import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runChild } from '../../../containers/runner/child.ts';
import type { Isolation } from '../../../containers/runner/isolation.ts';
import { outputPipes } from '../../../containers/runner/pipes.ts';
import { explainStart } from '../../../containers/runner/start-failure.ts';
import { makeDirectory, removeDirectory } from '../../../containers/runner/work-directory.ts';
import type { Command } from '../../../core/integrations/integration.ts';
import { root, runBash, scratchDirectory, swiftClock, testRunner } from './harness.ts';

interface Place {
  isolation?: Isolation;
  path?: string;
  /** Without `mkfifo` the pipes are those of `spawn`. */
  pipesOfSpawn?: boolean;
}

async function runCommand(argv: Command['argv'], changes: Partial<Command> = {}, place: Place = {}) {
  const written: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  const isolation = place.isolation ?? testRunner().machine.isolation();
  const directory = makeDirectory(scratchDirectory());
  const path = place.path ?? '/usr/local/bin:/usr/bin:/bin';
  const capture = {
    push: async (stream: 'stdout' | 'stderr', chunk: Uint8Array) =>
      void written[stream].push(Buffer.from(chunk)),
  };
  try {
    using pipes = await outputPipes(
      place.pipesOfSpawn ? join(directory, 'missing') : directory,
      isolation.user,
    );
    const command: Command = { argv, env: {}, stdin: null, files: [], ...changes };
    const stop = new AbortController().signal;
    const start = { command, directory, isolation, pipes, environment: { PATH: path } };
    const exit = await runChild({ clock: swiftClock, capture, stop }, start);
    const text = (stream: 'stdout' | 'stderr') => Buffer.concat(written[stream]).toString();
    return { ...exit, stdout: text('stdout'), stderr: text('stderr') };
  } finally {
    removeDirectory(directory, isolation.user);
  }
}

test('a missing program is named, with what to install', async () => {
  await expect(runCommand(['psql'], {}, { path: '/nowhere' })).rejects.toThrow(
    'agent failed to run command: psql is not installed here. Install postgresql-client, or use an image that has it.',
  );
  await expect(runCommand(['no-such-program'])).rejects.toMatchObject({ code: 'command-invalid' });
});

test('a missing program rejects the task', async () => {
  const runner = testRunner();
  runner.machine.environment = { PATH: '/nowhere' };
  const { result, frames } = await runBash('true', { runner });

  expect(result).toMatchObject({ reason: 'rejected', exitCode: null });
  expect(result.message).toMatch(/^agent failed to run command: bash is not installed/);
  expect(frames).toEqual([]);
  expect(readdirSync(runner.machine.scratch)).toEqual([]);
});

test('a file that is not executable is named', async () => {
  const folder = makeDirectory(scratchDirectory());
  writeFileSync(join(folder, 'tool'), '#!/bin/sh\n', { mode: 0o644 });
  chmodSync(folder, 0o755);
  await expect(runCommand(['tool'], {}, { path: folder })).rejects.toThrow(
    /tool is not executable.*chmod a\+rx/,
  );
});

test('a program that the child may not reach is not taken', { skip: !root }, async () => {
  const closed = makeDirectory(scratchDirectory());
  writeFileSync(join(closed, 'true'), '#!/bin/sh\nexit 9\n', { mode: 0o755 });
  expect(await runCommand(['true'], {}, { path: `${closed}:/usr/bin:/bin` })).toMatchObject({ exitCode: 0 });
});

test('arguments that are too long are explained without quoting them', async () => {
  const long = 'secret'.repeat(40_000);
  const failed = await runCommand(['echo', long]).catch((thrown: Error) => thrown);

  expect(failed).toMatchObject({ code: 'command-invalid' });
  expect(String(failed)).toMatch(/240000 bytes.*131071/);
  expect(String(failed)).not.toContain('secret');
});

test.each(['EACCES', 'EAGAIN', 'ENOMEM', 'EMFILE', 'ENOENT', 'EIO'])('%s is explained', (code) => {
  const message = explainStart(Object.assign(new Error('spawn failed'), { code }), [
    '/bin/tool',
    'secret',
  ]).message;
  expect(message).toMatch(/^agent failed to run command: .{20,}\.$/);
  expect(message).not.toContain('secret');
});

test('a child that does not read its input harms nobody', async () => {
  const exit = await runCommand(['true'], { stdin: 'x'.repeat(5_000_000) });
  expect(exit).toMatchObject({ exitCode: 0, signal: null });
});

test('a script of 20 MB with NUL bytes arrives whole', async () => {
  const script = `${'line\0of text\n'.repeat(1_600_000)}`;
  const { stdout } = await runCommand(['wc', '-c'], { stdin: script });
  expect(Number(stdout)).toBe(Buffer.byteLength(script));
});

test('input can be opened by name, and no input is an empty one', async () => {
  expect(await runCommand(['cat', '/dev/stdin'], { stdin: 'text' })).toMatchObject({ stdout: 'text' });
  expect(await runCommand(['cat'])).toMatchObject({ exitCode: 0, stdout: '' });
});

test('a bash script of 20 MB runs', async () => {
  const { result, stdout } = await runBash(`: ${'x'.repeat(20_000_000)}\necho done`);
  expect({ code: result.exitCode, stdout }).toEqual({ code: 0, stdout: 'done\n' });
});

test('a file of a command cannot lie outside of its directory', async () => {
  for (const name of ['../x', '/tmp/x', '..', 'a/b', '']) {
    await expect(runCommand(['true'], { files: [{ name, content: '' }] })).rejects.toThrow();
  }
});

test('two files of one name are refused instead of one overwriting the other', async () => {
  const files = [1, 2].map(() => ({ name: 'same', content: '' }));
  await expect(runCommand(['true'], { files })).rejects.toThrow('EEXIST');
});

test('without mkfifo the pipes of spawn do', async () => {
  const exit = await runCommand(['sh', '-c', 'echo out; echo err >&2; exit 3'], {}, { pipesOfSpawn: true });
  expect(exit).toMatchObject({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
});

test('without setpriv the child is an unprivileged user all the same', { skip: !root }, async () => {
  const user = { uid: 10001, gid: 10002 };
  const isolation = { user, prefix: [], spawnAs: user };
  const exit = await runCommand(['sh', '-c', 'id -u; id -g; id -G; touch file'], {}, { isolation });
  expect(exit).toMatchObject({ exitCode: 0, stdout: '10001\n10002\n10002\n', stderr: '' });
});
