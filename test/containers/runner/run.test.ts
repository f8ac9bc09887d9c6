import { expect, test } from 'vitest';
import { run } from '../../../containers/runner/run.ts';
import { AgentError } from '../../../core/errors.ts';
import { bashSpec, readEnd, runBash, testRunner } from './harness.ts';

test('a command that succeeds has the exit code 0, its output and no message', async () => {
  const { result, stdout, stderr } = await runBash('echo out; echo err >&2');

  expect(result).toMatchObject({ reason: 'exited', exitCode: 0, message: null });
  expect(result.output).toEqual({ parts: 1, bytes: 8, cutBytes: 0 });
  expect(result.endedAt).toBeGreaterThanOrEqual(result.startedAt ?? Infinity);
  expect({ stdout, stderr }).toEqual({ stdout: 'out\n', stderr: 'err\n' });
});

test('a command that fails keeps its exit code', async () => {
  expect((await runBash('exit 3')).result).toMatchObject({ reason: 'exited', exitCode: 3 });
});

test('a command that a signal ended has the exit code that a shell gives, and a likely cause', async () => {
  const { result } = await runBash('kill -KILL $$');

  expect(result).toMatchObject({ reason: 'exited', exitCode: 137 });
  expect(result.message).toContain('SIGKILL: most likely it needed more memory');
});

test('an execution without a spec is left alone', async () => {
  const runner = testRunner();
  await run(runner, 'e1');
  expect(await runner.ledger.read('e1', 'started')).toBeUndefined();
});

test('of two runners of one execution one runs it', async () => {
  const runner = testRunner();
  await runner.ledger.create('e1', 'spec', bashSpec('echo once'));
  await Promise.all([run(runner, 'e1'), run({ ...runner, launchId: 'test/2' }, 'e1')]);

  const { stdout } = await readEnd(runner.ledger, 'e1');
  expect(stdout).toBe('once\n');
});

test('after the start deadline it never starts, and that is on record', async () => {
  const runner = testRunner();
  const { result } = await runBash('echo late', { runner, spec: { startBefore: Date.now() - 1 } });

  expect(result).toMatchObject({ reason: 'rejected', exitCode: null, startedAt: null });
  expect(await runner.ledger.read('e1', 'started')).toEqual({ by: 'nobody', result });
});

test('a runner that comes after the decision that it never starts leaves without a result', async () => {
  const runner = testRunner();
  const never = { ...(await runBash('true')).result, reason: 'lost' as const };
  await runner.ledger.create('e1', 'spec', bashSpec('echo no'));
  await runner.ledger.create('e1', 'started', { by: 'nobody', result: never });
  await run(runner, 'e1');

  expect(await runner.ledger.read('e1', 'result')).toBeUndefined();
});

test('what was killed before its start does not start', async () => {
  const runner = testRunner();
  await runner.ledger.create('e1', 'kill', { requestedAt: 1 });
  const { result, frames } = await runBash('echo no', { runner });

  expect(result).toMatchObject({ reason: 'killed', exitCode: null });
  expect(frames).toEqual([]);
});

test('a kill does not wait for a secret store that does not answer', async () => {
  const kill = new AbortController();
  const fetching = Promise.withResolvers<void>();
  const fetch = () => {
    fetching.resolve();
    return new Promise<never>(() => {});
  };
  const ended = runBash('echo no', { runner: testRunner({}, { kill: kill.signal, secrets: { fetch } }) });
  await fetching.promise;
  kill.abort();

  expect((await ended).result).toMatchObject({ reason: 'killed', exitCode: null });
});

test('the deadline holds for the secret store too', async () => {
  const secrets = { fetch: () => new Promise<never>(() => {}) };
  const { result } = await runBash('echo no', {
    runner: testRunner({}, { secrets }),
    spec: { runSecondsMax: 0.2 },
  });
  expect(result).toMatchObject({ reason: 'timed-out', exitCode: null });
});

test('a secret that cannot be read rejects the task with the sentence of the store', async () => {
  const fetch = async () => {
    throw new AgentError('secrets-invalid', "Secret 'pg-config' not found");
  };
  const { result } = await runBash('true', { runner: testRunner({}, { secrets: { fetch } }) });

  expect(result).toMatchObject({ reason: 'rejected', message: "Secret 'pg-config' not found" });
});

test('a command that cannot be built is rejected', async () => {
  const { result } = await runBash('select 1', { spec: { type: 'postgres' } });

  expect(result).toMatchObject({ reason: 'rejected', exitCode: null });
  expect(result.message).toContain('PG_HOST');
});

test('what our own machine fails at is a lost execution, not a crash', async () => {
  const fetch = () => Promise.reject(new TypeError('socket hang up'));
  const { result } = await runBash('true', { runner: testRunner({}, { secrets: { fetch } }) });

  expect(result).toMatchObject({ reason: 'lost', exitCode: null, output: { parts: null } });
  expect(result.message).toContain('agent failed to run command');
});

test('a ledger that takes no output does not stop the command, and the result says so', async () => {
  const runner = testRunner();
  runner.ledger.writeOutput = () => Promise.reject(new Error('no space left'));
  const { result } = await runBash('echo text; exit 5', { runner });

  expect(result).toMatchObject({
    reason: 'exited',
    exitCode: 5,
    output: { parts: 0, bytes: 0, cutBytes: 5 },
  });
  expect(result.message).toContain('could not be stored: no space left');
});

test('a secret is masked in our own sentences too', async () => {
  const secret = { API_TOKEN: 'correct-horse-battery' };
  const runner = testRunner(secret);
  runner.ledger.writeOutput = () => Promise.reject(new Error('no space for correct-horse-battery'));
  const { result } = await runBash('echo text', { runner });
  expect(result.message).toBe('Some of the output could not be stored: no space for [SECRET]');

  const spec = { customCommand: 'correct-horse-battery' };
  const rejected = await runBash('', { runner: testRunner(secret), spec });
  expect(rejected.result.message).toMatch(/: \[SECRET\] is not installed here/);
});
