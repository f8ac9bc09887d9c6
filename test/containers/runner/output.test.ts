import { expect, test } from 'vitest';
import { capture } from '../../../containers/runner/capture.ts';
import { partWriter } from '../../../containers/runner/part-writer.ts';
import { run } from '../../../containers/runner/run.ts';
import { limits } from '../../../core/limits.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { bashSpec, bytesOf, readFrames, runBash, testRunner } from './harness.ts';
import { whenWritten } from './when-written.ts';

test('both streams stay apart and in their order', async () => {
  const step = (n: number) => `echo out${n}; sleep 0.02; echo err${n} >&2; sleep 0.02;`;
  const { frames } = await runBash([1, 2, 3].map(step).join(' '));

  expect(frames.map((frame) => `${frame.stream} ${Buffer.from(frame.bytes)}`)).toEqual(
    [1, 2, 3].flatMap((n) => [`stdout out${n}\n`, `stderr err${n}\n`]),
  );
});

test('both streams can be opened by name', async () => {
  const { result, stdout, stderr } = await runBash('echo out > /dev/stdout; echo err > /dev/stderr; exit 4');
  expect({ code: result.exitCode, stdout, stderr }).toEqual({ code: 4, stdout: 'out\n', stderr: 'err\n' });
});

test('bytes come through as they are, also cut UTF-8 and NUL', async () => {
  const { frames } = await runBash("printf '\\303'; sleep 0.05; printf '\\251\\000\\377\\376end'");
  expect(bytesOf(frames, 'stdout')).toEqual(Buffer.from([0xc3, 0xa9, 0, 0xff, 0xfe, 0x65, 0x6e, 0x64]));
});

test('a secret is masked in both streams, also when it is written in two pieces', async () => {
  const secret = { API_TOKEN: 'correct-horse-battery' };
  const script = 'printf correct-ho; sleep 0.05; printf "rse-battery\\n"; echo "$API_TOKEN" >&2';
  const { stdout, stderr } = await runBash(script, { runner: testRunner(secret) });

  expect({ stdout, stderr }).toEqual({ stdout: '[SECRET]\n', stderr: '[SECRET]\n' });
});

test('what is beyond the limit is read, counted and marked, and the command goes on', async () => {
  const { result, stdout } = await runBash('head -c 300000 /dev/zero; echo end >&2; exit 6', {
    spec: { outputBytesMax: 1000 },
  });

  expect(result).toMatchObject({ reason: 'exited', exitCode: 6 });
  expect(result.output).toMatchObject({ bytes: 1000, cutBytes: 299_004 });
  expect(stdout.startsWith('\0'.repeat(1000))).toBe(true);
  expect(stdout.slice(1000)).toMatch(/^\n\[output cut: 1000 of 30\d{4} bytes kept\..*\]\n$/);
});

test('a secret at the limit is cut after it was masked', async () => {
  const secret = { API_TOKEN: 'correct-horse-battery' };
  const spec = { outputBytesMax: 12 };
  const { stdout } = await runBash('echo "12345678$API_TOKEN"', { runner: testRunner(secret), spec });

  expect(stdout).toMatch(/^12345678\[SEC\n\[output cut/);
});

test('the limit cuts behind a line, so that no half of a value is left that nobody would recognize', async () => {
  const secret = { API_TOKEN: 'correct-horse-battery' };
  const script = 'printf "one line\\ncard 4111 1111 1111 1111 correct-horse"; exec sleep 0.1';
  const runner = testRunner(secret);
  const { result, stdout } = await runBash(script, { runner, spec: { outputBytesMax: 30 } });

  expect(stdout).toMatch(/^one line\n\n\[output cut: 9 of 47 bytes kept\./);
  expect(result.output).toMatchObject({ bytes: 9, cutBytes: 38 });
});

test('output that is exactly as long as allowed is not marked', async () => {
  const { result, stdout } = await runBash('printf 12345', { spec: { outputBytesMax: 5 } });
  expect({ stdout, cut: result.output.cutBytes }).toEqual({ stdout: '12345', cut: 0 });
});

test('output can be seen while the command runs', async () => {
  const kill = new AbortController();
  const runner = testRunner({}, { kill: kill.signal });
  const shown = whenWritten(runner.ledger, /half/);
  await runner.ledger.create('e1', 'spec', bashSpec('echo half; sleep 1000; echo whole'));
  const ended = run(runner, 'e1');
  await shown;
  expect(await runner.ledger.read('e1', 'result')).toBeUndefined();

  kill.abort();
  await ended;
});

test('the result is stored after the last part', async () => {
  const runner = testRunner();
  const order: string[] = [];
  const { writeOutput, create } = runner.ledger;
  runner.ledger.writeOutput = async (...part) => {
    await writeOutput(...part);
    order.push(`part ${part[1]}`);
  };
  runner.ledger.create = (id, name, record) => {
    order.push(name);
    return create(id, name, record);
  };
  await runBash('head -c 3000000 /dev/zero', { runner });

  const parts = order.length - 3;
  expect(parts).toBeGreaterThanOrEqual(3);
  const partNames = Array.from({ length: parts }, (_, index) => `part ${index + 1}`);
  expect(order).toEqual(['spec', 'started', ...partNames, 'result']);
});

test('a part has at most the allowed bytes, and a frame never spans two', async () => {
  const { ledger } = testRunner();
  const writer = partWriter({ ledger, clock: fakeClock() }, 'e1');
  const big = Buffer.alloc(2.5 * limits.outputPartBytes, 'x');
  await writer.write({ stream: 'stderr', bytes: big });

  expect(await writer.end()).toEqual({ parts: 3, bytes: big.length, failure: undefined });
  expect(bytesOf(await readFrames(ledger, 'e1'), 'stderr').equals(big)).toBe(true);
  expect((await ledger.readOutput('e1', 1))?.length).toBe(limits.outputPartBytes);
});

test('a slow ledger slows the child down instead of filling the memory', async () => {
  const { ledger } = testRunner();
  ledger.writeOutput = () => new Promise(() => {});
  const writer = partWriter({ ledger, clock: fakeClock() }, 'e1');
  const output = capture(writer, { stdout: [], stderr: [] }, Infinity);

  let taken = 0;
  const flood = (async () => {
    while (taken < 8 * limits.outputPartBytes) {
      await output.push('stdout', Buffer.alloc(65_536));
      taken += 65_536;
    }
  })();
  await Promise.race([flood, new Promise((resolve) => setTimeout(resolve, 50))]);

  expect(taken).toBeGreaterThan(limits.outputPartBytes);
  expect(taken).toBeLessThan(3 * limits.outputPartBytes);
});
