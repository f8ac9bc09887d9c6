import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { passingPrefix } from '../../../adapters/aws/ledger-keys.ts';
import { type FakeS3, startFakeS3 } from '../../support/fake-s3.ts';
import { outcome, rubyMissing, startRuby } from './ruby-program.ts';

if (rubyMissing) console.warn(`Tests of the runner in Ruby are left out. ${rubyMissing}`);

describe.skipIf(rubyMissing)('the runner in Ruby', () => {
  let s3: FakeS3;
  beforeEach(async () => {
    s3 = await startFakeS3();
  });
  afterEach(() => s3.close());

  async function run(manifest: object, environment?: Record<string, string>) {
    const { ended } = await startRuby(s3, manifest, environment);
    await ended;
    expect(s3.forged).toEqual([]);
    return outcome(s3);
  }
  const sh = (script: string) => ({ words: ['sh', '-c', script] });

  it('keeps both streams and the exit code', async () => {
    const { started, result, stdout, stderr } = await run(sh('echo out; echo err >&2; exit 3'));
    expect(started).toMatchObject({ by: 'runner', launchId: 'arn:aws:ecs:task/7' });
    expect(result).toMatchObject({ reason: 'exited', exitCode: 3, message: null });
    expect(result.output).toMatchObject({ bytes: 8, cutBytes: 0 });
    expect([stdout, stderr]).toEqual(['out\n', 'err\n']);
  });

  it('runs a script by bin/rails runner, from a file that is gone afterwards', async () => {
    const { child, directory, ended } = await startRuby(s3, {
      script: 'puts "#{40 + 2} ação"; warn "to stderr"; raise "boom"',
      environment: { RUNOPS_TASK_ID: '7' },
    });
    mkdirSync(join(directory, 'bin'));
    writeFileSync(
      join(directory, 'bin', 'rails'),
      'abort "no runner" unless ARGV.shift == "runner"; load ARGV[0]',
    );
    await ended;
    expect(child.exitCode).toBe(0);
    const { result, stdout, stderr } = outcome(s3);
    expect(stdout).toBe('42 ação\n');
    expect(stderr).toMatch(/^to stderr\n.*runops-\w+\.rb:1:in .*boom \(RuntimeError\)/s);
    expect(result).toMatchObject({ reason: 'exited', exitCode: 1 });
    expect(readdirSync(directory)).toEqual(['bin']);
  });

  it('never starts what another container has started', async () => {
    s3.objects.set('/ledger/executions/7/started', Buffer.from('{}'));
    expect(await run(sh('echo twice'))).toMatchObject({ result: null, stdout: '' });
  });

  it('takes a claim whose answer was lost for its own', async () => {
    s3.faults.push('lost');
    expect(await run(sh('echo once'))).toMatchObject({ result: { exitCode: 0 }, stdout: 'once\n' });
  });

  it('asks again when S3 is busy or in conflict', async () => {
    s3.faults.push(503, 409, 500);
    expect(await run(sh('echo patient'))).toMatchObject({ stdout: 'patient\n' });
  });

  it('never starts after the start deadline', async () => {
    const { started, result } = await run({ ...sh('echo late'), startBefore: Date.now() - 1 });
    expect(started).toMatchObject({ by: 'nobody', result: { reason: 'rejected' } });
    expect(result).toMatchObject({
      reason: 'rejected',
      message: expect.stringContaining('Run the task again'),
    });
  });

  it('does not start what its user has killed', async () => {
    s3.objects.set(`/ledger/${passingPrefix('7')}kill`, Buffer.from('{}'));
    expect(await run(sh('echo killed'))).toMatchObject({ result: { reason: 'killed' }, stdout: '' });
  });

  it('ends the whole group at SIGTERM and keeps what was printed', async () => {
    const { child, ended } = await startRuby(s3, sh('echo begun; sleep 60 & sleep 60; echo never'));
    await expect.poll(() => s3.objects.has('/raw/output/7/000001'), { timeout: 10_000 }).toBe(true);
    child.kill('SIGTERM');
    await ended;
    expect(outcome(s3)).toMatchObject({ result: { reason: 'killed', exitCode: 143 }, stdout: 'begun\n' });
  });

  it('ends the command at its deadline, and keeps what was printed', async () => {
    const { result, stdout } = await run({ ...sh('echo begun; sleep 60'), runSecondsMax: 1 });
    expect(result).toMatchObject({
      reason: 'timed-out',
      message: expect.stringContaining('ran for 1 seconds'),
    });
    expect(stdout).toBe('begun\n');
  });

  it('masks the service’s own secrets in every form, wherever the output is cut', async () => {
    const secret = 'pl4nted/sécret+value';
    const script = `printf %s "$A_PASS" | cut -c1-9 | tr -d '\\n'; sleep 0.3; printf %s "$A_PASS" | cut -c10-
      printf %s "x$A_PASS" | base64 -w0; echo; printf %s "$DB"; printf %s "$INJECTED" | od -An -tx1 | tr -d ' \\n'`;
    const environment = {
      ...{
        A_PASS: secret,
        DB: 'postgres://app:hid%2Fden@db/app',
        INJECTED: 'from-a-store',
        RAILS_ENV: 'production',
      },
    };
    const { stdout } = await run({ ...sh(script), secretNames: ['INJECTED'] }, environment);
    expect(stdout).not.toMatch(/pl4nted|hid%2Fden|hid\/den|from-a-store/);
    expect(stdout).not.toContain(Buffer.from(`x${secret}`).toString('base64').slice(3, -3));
    expect(stdout).not.toContain(Buffer.from('from-a-store').toString('hex'));
    expect(stdout).toMatch(/^\[SECRET\]\n.*postgres:\/\/app:\[SECRET\]@db/s);
  });

  it('hides from the command what is ours', async () => {
    expect((await run(sh('env | grep -c "RUNOPS_MANIFEST\\|METADATA"; true'))).stdout).toBe('0\n');
  });

  it('keeps ten megabytes byte for byte, and cuts what is beyond the limit at a line', async () => {
    const lines = sh('seq -f "line %09.0f" 700000');
    const whole = await run({ ...lines, outputBytesMax: 50_000_000 });
    expect(whole.stdout.length).toBe(700_000 * 15);
    expect(whole.stdout.endsWith('line 000700000\n')).toBe(true);
    s3.objects.clear();
    const cut = await run({ ...lines, outputBytesMax: 1000 });
    expect(cut.stdout).toMatch(/line 000000066\n\n\[output cut: 990 of 10500000 bytes kept\./);
  });

  it('says what a command that cannot be started lacks', async () => {
    const { result } = await run({ words: ['no-such-program'] });
    expect(result).toMatchObject({ reason: 'rejected', message: expect.stringMatching(/no-such-program/) });
  });

  it('never gives the words of a command to a shell', async () => {
    expect((await run({ words: ['echo', '$(id)', '; ls', '`id`'] })).stdout).toBe('$(id) ; ls `id`\n');
    s3.objects.clear();
    expect((await run({ words: ['echo $(id)'] })).result).toMatchObject({ reason: 'rejected' });
  });
});
