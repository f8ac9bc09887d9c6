import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { passingPrefix } from '../../../adapters/aws/ledger-keys.ts';
import { type FakeS3, startFakeS3 } from '../../support/fake-s3.ts';
import { outcome, rubyMissing, startRuby } from './ruby-program.ts';

if (rubyMissing) console.warn(`Tests of the runner in Ruby with odd scripts are left out. ${rubyMissing}`);

describe.skipIf(rubyMissing)('the runner in Ruby', () => {
  let s3: FakeS3;
  beforeEach(async () => {
    s3 = await startFakeS3();
  });
  afterEach(() => s3.close());

  const sh = (script: string) => ({ words: ['sh', '-c', script] });

  /** Runs a script as `bin/rails runner FILE` does, but for Rails. */
  async function runScript(script: string, environment: Record<string, string> = {}) {
    const { directory, ended } = await startRuby(s3, { script }, environment);
    mkdirSync(join(directory, 'bin'));
    writeFileSync(join(directory, 'bin', 'rails'), 'ARGV.shift; load ARGV[0]');
    await ended;
    return outcome(s3);
  }

  it('runs a script of ten megabytes', async () => {
    const padding = `# ${'x'.repeat(97)}\n`.repeat(100_000);
    expect(await runScript(`${padding}puts "done"`)).toMatchObject({
      stdout: 'done\n',
      result: { exitCode: 0 },
    });
  });

  it('keeps the exit code of a script that leaves at once, or by a signal', async () => {
    expect(await runScript('$stdout.syswrite "bye"; exit! 7')).toMatchObject({
      stdout: 'bye',
      result: { reason: 'exited', exitCode: 7 },
    });
    s3.objects.clear();
    expect(await runScript('Process.kill :KILL, $$; sleep')).toMatchObject({
      result: { reason: 'exited', exitCode: 137, message: expect.stringContaining('signal 9') },
    });
  });

  it('keeps what a child of the script prints, and waits for no process that stays behind', async () => {
    const begun = performance.now();
    const script =
      'puts "one"; $stdout.flush; fork { puts "two" }; Process.wait; spawn("sleep 60"); puts "three"';
    expect((await runScript(script)).stdout).toBe('one\ntwo\nthree\n');
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  it('gives a script that reads its input the end of it', async () => {
    expect((await runScript('p $stdin.read')).stdout).toBe('""\n');
  });

  it('keeps bytes that are no text', async () => {
    const { ended } = await startRuby(s3, sh(`printf '\\377\\000\\200'`));
    await ended;
    const frames = s3.objects.get('/raw/output/7/000001') ?? Buffer.alloc(0);
    expect(frames.subarray(8)).toEqual(Buffer.from([0xff, 0, 0x80]));
  });

  it('works in every locale, whatever bytes the environment holds', async () => {
    const environment = {
      LANG: 'C',
      LC_ALL: 'C',
      API_SECRET: 'sécrèt-válue',
      DATABASE_URL: 'pg://app:50%off@db/x',
    };
    const { stdout, result } = await runScript(
      'puts ENV["API_SECRET"], ENV["DATABASE_URL"], "ação"',
      environment,
    );
    expect(stdout).toBe('[SECRET]\npg://app:[SECRET]@db/x\nação\n');
    expect(result).toMatchObject({ reason: 'exited', exitCode: 0 });
  });

  it('does not take the working directory for a password', async () => {
    const manifest = { ...sh('echo at "$PWD"'), secretPattern: 'pwd' };
    const { directory, ended } = await startRuby(s3, manifest, {}, ['sh', '-c', '"$@"; exit $?', 'entry']);
    await ended;
    expect(outcome(s3).stdout).toBe(`at ${directory}\n`);
  });

  it('says in every locale which command cannot be started', async () => {
    const { ended } = await startRuby(s3, { words: ['não-existe'] }, { LANG: 'C', LC_ALL: 'C' });
    await ended;
    expect(outcome(s3).result).toMatchObject({
      reason: 'rejected',
      message: expect.stringContaining('não-existe'),
    });
  });

  it('reports a syntax error, and where it is', async () => {
    const { stderr, result } = await runScript('puts (1\n');
    expect(stderr).toMatch(/syntax error/);
    expect(result).toMatchObject({ reason: 'exited', exitCode: 1 });
  });

  it('learns of a kill also where the first process of the container passes no signal on', async () => {
    const keep = 'trap "" TERM; "$@"; exit $?';
    const { child, ended } = await startRuby(s3, sh('echo begun; sleep 60'), {}, ['sh', '-c', keep, 'entry']);
    await expect.poll(() => s3.objects.has('/raw/output/7/000001'), { timeout: 10_000 }).toBe(true);
    child.kill('SIGTERM');
    s3.objects.set(`/ledger/${passingPrefix('7')}kill`, Buffer.from('{}'));
    await ended;
    expect(outcome(s3)).toMatchObject({ result: { reason: 'killed' }, stdout: 'begun\n' });
  });

  it('needs no more memory for more output', async () => {
    const { child, ended } = await startRuby(s3, {
      ...sh('yes | head -c 60000000'),
      outputBytesMax: 100_000_000,
    });
    const peak = { kilobytes: 0 };
    while (child.exitCode === null && child.signalCode === null) {
      await new Promise((resolve) => setImmediate(resolve));
      peak.kilobytes = Math.max(peak.kilobytes, residentKilobytes(child.pid));
    }
    await ended;
    expect(outcome(s3).result).toMatchObject({ exitCode: 0, output: { bytes: 60_000_000, cutBytes: 0 } });
    expect(peak.kilobytes).toBeGreaterThan(10_000);
    expect(peak.kilobytes).toBeLessThan(120_000);
  }, 60_000);
});

function residentKilobytes(pid: number | undefined): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
