import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { outcome, rubyCommand, serveManifest } from '../containers/ruby-runner/ruby-program.ts';
import { type FakeS3, startFakeS3 } from '../support/fake-s3.ts';
import { docker, dockerMissing } from './docker.ts';
import { buildRailsImage } from './rails-image.ts';

if (dockerMissing) console.warn(`Tests in the image of a Rails application are left out. ${dockerMissing}`);

describe.skipIf(dockerMissing)('a Rails application in an image of its own', { timeout: 120_000 }, () => {
  let image: string;
  let s3: FakeS3;
  beforeAll(async () => {
    image = await buildRailsImage();
  }, 600_000);
  beforeEach(async () => {
    s3 = await startFakeS3();
  });
  afterEach(() => s3.close());

  async function run(manifest: object, options: readonly string[] = []) {
    const { environment, close } = await serveManifest(s3, manifest);
    const variables = Object.entries({ ...environment, SECRET_KEY: 'pl4nted-value' });
    const given = variables.flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    const ended = await docker(
      'run',
      '--rm',
      '--network',
      'host',
      ...options,
      ...given,
      image,
      ...rubyCommand,
    );
    close();
    expect(s3.forged).toEqual([]);
    return { ...outcome(s3), ended };
  }

  it('answers a query of Active Record, after its own entry point', async () => {
    const script =
      'puts Order.where("cents > 1000").order(:id).pluck(:customer).inspect, ENV["PREPARED_BY_ENTRYPOINT"]';
    const { stdout, stderr, result } = await run({ script });
    expect(stderr).toBe('');
    expect(stdout).toBe('["ação 2", "ação 3"]\nyes\n');
    expect(result).toMatchObject({ reason: 'exited', exitCode: 0 });
  });

  it('works on a root file system that is read-only, with nothing but /tmp to write to', async () => {
    const script = 'puts Order.count, File.write("/tmp/x", "y"), (File.write("x", "y") rescue "read-only")';
    const { stdout } = await run({ script }, ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL']);
    expect(stdout).toBe('3\n1\nread-only\n');
  });

  it('keeps the backtrace and the exit code of an exception, and the secrets of the service to itself', async () => {
    const script =
      'def charge(order) = raise(ArgumentError, "no cents #{ENV["SECRET_KEY"]}")\ncharge(Order.first)';
    const { stderr, result } = await run({ script });
    expect(stderr).toMatch(/runops-\w+\.rb:1:in `charge': no cents \[SECRET\] \(ArgumentError\)\n.*:2:in/s);
    expect(result).toMatchObject({ reason: 'exited', exitCode: 1 });
  });

  it('runs a command of the application', async () => {
    const { stdout } = await run({ words: ['bin/rails', 'runner', 'puts Order.sum(:cents)'] });
    expect(stdout).toBe('6000\n');
  });

  it('has no curl and no bash that could be needed', async () => {
    const { stdout } = await run({ words: ['sh', '-c', 'command -v curl wget python3 node || echo none'] });
    expect(stdout).toBe('none\n');
  });
});
