import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { run } from '../../../containers/runner/run.ts';
import type { Spec } from '../../../core/execution.ts';
import { bashSpec, readEnd, runBash, testRunner } from './harness.ts';
import { whenWritten } from './when-written.ts';

/** Runs the script, kills it when it has printed `ready` with the ids of its processes, and returns those too. */
async function killWhenReady(script: string, spec: Partial<Spec> = {}) {
  const kill = new AbortController();
  const runner = testRunner({}, { kill: kill.signal });
  const ready = whenWritten(runner.ledger, /^ready (.*)\n/m);
  await runner.ledger.create('e1', 'spec', bashSpec(script, spec));
  const ended = run(runner, 'e1');
  const pids = (await ready)[1]?.split(' ').map(Number) ?? [];
  kill.abort();
  await ended;
  return { pids, ...(await readEnd(runner.ledger, 'e1')) };
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('a kill ends the command and its grandchildren, and keeps what they had written', async () => {
  const { result, pids, stdout } = await killWhenReady(
    '(sleep 1000 & sleep 1001) & sleep 1002 & echo ready $! $$; wait',
  );

  expect(result).toMatchObject({ reason: 'killed', exitCode: 143 });
  expect(stdout).toContain('ready');
  expect(pids.filter(isAlive)).toEqual([]);
});

test('after the command is killed bash does not go on with the next one', async () => {
  const { stdout } = await killWhenReady('echo ready $$; sleep 1000; echo next');
  expect(stdout).not.toContain('next');
});

test('a command that ignores SIGTERM gets SIGKILL', async () => {
  const script =
    "trap '' TERM; (trap '' TERM; while :; do sleep 0.1; done) & echo ready $! $$; while :; do sleep 0.1; done";
  const { result, pids } = await killWhenReady(script);

  expect(result).toMatchObject({ reason: 'killed', exitCode: 137 });
  expect(pids.filter(isAlive)).toEqual([]);
});

test('a stopped command dies too', async () => {
  const { result, pids } = await killWhenReady('sleep 1000 & echo ready $! $$; kill -STOP $! $$');

  expect(result.reason).toBe('killed');
  expect(pids.filter(isAlive)).toEqual([]);
});

test('a killed command that ends well is no success', async () => {
  const { result } = await killWhenReady("trap 'exit 0' TERM; echo ready $$; while :; do sleep 0.05; done");
  expect(result).toMatchObject({ reason: 'killed', exitCode: null });
});

test('the deadline ends the command, and the result says which it was', async () => {
  const { result, stdout } = await runBash('echo begun; sleep 1000', { spec: { runSecondsMax: 4 } });

  expect(result).toMatchObject({ reason: 'timed-out', exitCode: 143 });
  expect(result.message).toContain('4 seconds');
  expect(stdout).toBe('begun\n');
});

test('a background process that keeps the output open does not keep the execution', async () => {
  const { result, stdout } = await runBash("(trap '' TERM; sleep 1000; sleep 1000) & echo $!");

  expect(result).toMatchObject({ reason: 'exited', exitCode: 0, message: null });
  expect(isAlive(Number(stdout))).toBe(false);
});

test('a process that left the group is not waited for', async () => {
  const { result, stdout } = await runBash('setsid sleep 1000 & echo $!; sleep 0.2');
  process.kill(Number(stdout));

  expect(result).toMatchObject({ reason: 'exited', exitCode: 0 });
  expect(result.message).toContain('left a process behind');
});

test('a process that left the group and writes without end is not waited for either', async () => {
  const script = "setsid bash -c 'echo $$ >&2; sleep 0.1; exec yes' & sleep 0.3";
  const { result, stderr } = await runBash(script, { spec: { outputBytesMax: 1000 } });
  process.kill(Number(/^[0-9]+/.exec(stderr)?.[0]));

  expect(result).toMatchObject({ reason: 'exited', exitCode: 0 });
  expect(result.message).toContain('left a process behind');
});
