import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readEnd, readFrames, root } from './harness.ts';
import { processEnd, shippedRunner } from './process.ts';

const shipped = shippedRunner();

const kernelIsLinux = process.platform === 'linux';

test('the runner exits with 0 although the command failed, and never prints what the command did', async () => {
  const runner = await shipped.start('fails', 'echo to-stdout; echo to-stderr >&2; exit 9');
  const { code, stdout, stderr } = await processEnd(runner);

  expect(code).toBe(0);
  expect(stderr).toBe('');
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events.map(({ event }) => event)).toEqual(['execution.started', 'execution.ended']);
  expect(stdout).not.toMatch(/to-std/);
  expect((await readEnd(shipped.ledger, 'fails')).result).toMatchObject({ reason: 'exited', exitCode: 9 });
});

test('a second runner of the same execution leaves quietly', async () => {
  const first = await processEnd(await shipped.start('twice', 'echo once'));
  const second = await processEnd(await shipped.start('twice', 'echo once'));

  expect([first.code, second]).toEqual([0, { code: 0, stdout: '', stderr: '' }]);
  expect((await readEnd(shipped.ledger, 'twice')).stdout).toBe('once\n');
});

test('a runner without its configuration says all that is missing', async () => {
  const environment = { RUNOPS_LEDGER: 'ftp://example.com/', RUNOPS_SCRATCH: 'here' };
  const { code, stderr } = await processEnd(await shipped.start('bad-env', 'true', { environment }));

  expect(code).toBe(1);
  expect(stderr).toMatch(/RUNOPS_LEDGER.*RUNOPS_SCRATCH/);
});

test('SIGTERM to the runner ends the command, and the result has what it had written', async () => {
  const runner = await shipped.start('stopped', 'echo partial; sleep 1000');
  await outputOf('stopped');
  runner.kill('SIGTERM');

  expect((await processEnd(runner)).code).toBe(0);
  const { result, stdout } = await readEnd(shipped.ledger, 'stopped');
  expect(result).toMatchObject({ reason: 'killed', exitCode: 143 });
  expect(stdout).toBe('partial\n');
});

test('kill -9 of the runner never leaves half a result', async () => {
  const seed = Date.now() % 100_000;
  const crash = fc.record({
    delay: fc.integer({ min: 0, max: 150 }),
    script: fc.constantFrom('exec sleep 9', 'true'),
  });
  for (const [index, { delay, script }] of fc.sample(crash, { numRuns: 16, seed }).entries()) {
    const id = `crash-${index}`;
    const runner = await shipped.start(id, `echo $$; ${script}`);
    setTimeout(() => runner.kill('SIGKILL'), delay);
    await once(runner, 'exit');

    const started = await shipped.ledger.read(id, 'started');
    // Reading a torn record throws, and so does a torn part of the output.
    const result = await shipped.ledger.read(id, 'result');
    await readFrames(shipped.ledger, id);
    const circumstances = `seed ${seed}, ${script} killed after ${delay} ms`;
    if (!started || script !== 'true') expect(result, circumstances).toBeUndefined();
  }
});

test('kill -9 of the runner ends the command', { skip: !kernelIsLinux }, async () => {
  const runner = await shipped.start('crash', 'echo begun; exec sleep 1000');
  await outputOf('crash');
  runner.kill('SIGKILL');

  await expect.poll(() => readdirSync('/proc').filter(isCommand), { timeout: 5000 }).toEqual([]);
  expect(await shipped.ledger.read('crash', 'started')).toMatchObject({ by: 'runner' });
  expect(await shipped.ledger.read('crash', 'result')).toBeUndefined();
});

test('a gigabyte of output needs little memory', { timeout: 120_000, skip: !kernelIsLinux }, async () => {
  const runner = await shipped.start('gigabyte', 'yes | head -c 1G', {
    spec: { outputBytesMax: 100 * 1024 * 1024 },
  });
  const sampling = setInterval(sample, 20);
  let peak = 0;
  function sample() {
    peak = Math.max(peak, peakMemoryMegabytes(runner.pid));
  }
  expect(await processEnd(runner)).toMatchObject({ code: 0, stderr: '' });
  clearInterval(sampling);

  const result = await shipped.ledger.read('gigabyte', 'result');
  expect(result).toMatchObject({ exitCode: 0, output: { bytes: 100 * 1024 * 1024 } });
  expect((result?.output.bytes ?? 0) + (result?.output.cutBytes ?? 0)).toBe(1024 ** 3);
  expect(peak).toBeGreaterThan(20);
  // Alone it needs about 85 MB, 53 of them for Node itself; a busy machine collects its garbage later.
  expect(peak).toBeLessThan(128);
});

test('root with few capabilities is enough', { skip: !root || !kernelIsLinux }, async () => {
  const prefix = ['setpriv', '--groups=4,24', '--bounding-set=-all,+chown,+kill,+setgid,+setuid', '--'];
  const script = 'id -u; id -G; mkdir a; chmod 0 a; echo err > /dev/stderr';
  expect((await processEnd(await shipped.start('few', script, { prefix }))).stderr).toBe('');

  const { result, stdout, stderr } = await readEnd(shipped.ledger, 'few');
  expect({ ...result, stdout, stderr }).toMatchObject({
    exitCode: 0,
    stdout: '10001\n10001\n',
    stderr: 'err\n',
  });
});

test('root without the needed capabilities does not start the command', { skip: !root }, async () => {
  const prefix = ['setpriv', '--bounding-set=-all', '--'];
  await processEnd(await shipped.start('none', 'echo no', { prefix }));

  const { result, frames } = await readEnd(shipped.ledger, 'none');
  expect(result).toMatchObject({ reason: 'rejected', exitCode: null });
  expect(result.message).toContain('CHOWN, KILL, SETGID, SETUID');
  expect(frames).toEqual([]);
});

/** Resolves when the ledger has output of the execution. */
async function outputOf(id: string): Promise<void> {
  while ((await readFrames(shipped.ledger, id)).length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function isCommand(pid: string): boolean {
  try {
    return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`).includes(`${shipped.scratch}/`);
  } catch {
    return false;
  }
}

function peakMemoryMegabytes(pid: number | undefined): number {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes ?? 0) / 1024;
  } catch {
    return 0;
  }
}
