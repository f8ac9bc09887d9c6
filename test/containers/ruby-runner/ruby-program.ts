import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRubyProgram } from '../../../containers/ruby-runner/program.ts';
import { decodeFrames } from '../../../core/output.ts';
import type { FakeS3 } from '../../support/fake-s3.ts';

const { bootstrap, program } = readRubyProgram();

export const rubyMissing = findRuby();

function findRuby(): string | undefined {
  try {
    execFileSync('ruby', ['--version']);
    return undefined;
  } catch {
    return 'Ruby is missing. On Debian: apt-get install ruby';
  }
}

/** The manifest and the metadata of the container at a server of ours, and the variables that say where. */
export async function serveManifest(s3: FakeS3, manifest: object) {
  const whole = {
    ...{ program, executionId: '7', credentials: s3.credentials, region: 'eu-west-1' },
    ...{ ledgerAddress: `${s3.url}/ledger`, outputAddress: `${s3.url}/raw/output/7` },
    ...{ startBefore: Date.now() + 60_000, runSecondsMax: 30, outputBytesMax: 1024 * 1024 },
    ...{ secretNames: [], secretPattern: 'pass|secret', environment: {}, ...manifest },
  };
  const server = createServer((request, response) => {
    const isTask = request.url === '/v4/task';
    response.end(JSON.stringify(isTask ? { TaskARN: 'arn:aws:ecs:task/7' } : whole));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const environment = { RUNOPS_MANIFEST: `${url}/manifest`, ECS_CONTAINER_METADATA_URI_V4: `${url}/v4` };
  return { environment, close: () => server.close() };
}

/** The program that ECS starts in place of that of the image. */
export const rubyCommand = ['ruby', '-e', bootstrap] as const;

/** Starts the bootstrap as ECS does; `wrapper` are the words of an entry point, which come before it. */
export async function startRuby(
  s3: FakeS3,
  manifest: object,
  environment: Record<string, string> = {},
  wrapper: readonly string[] = [],
) {
  const served = await serveManifest(s3, manifest);
  const directory = mkdtempSync(join(tmpdir(), 'ruby-runner-'));
  const [program = '', ...argv] = [...wrapper, ...rubyCommand];
  const child = spawn(program, argv, {
    cwd: directory,
    env: { PATH: process.env.PATH, TMPDIR: directory, ...served.environment, ...environment },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = once(child, 'exit').finally(served.close);
  return { child, directory, ended };
}

/** What the ledger holds afterwards. */
export function outcome({ objects }: FakeS3) {
  const record = (path: string) => JSON.parse(objects.get(`/ledger/${path}`)?.toString() ?? 'null');
  const parts = [...objects].filter(([key]) => key.startsWith('/raw/')).sort();
  const frames = parts.flatMap(([, bytes]) => [...decodeFrames(bytes)]);
  const text = (stream: string) =>
    Buffer.concat(frames.filter((frame) => frame.stream === stream).map(({ bytes }) => bytes)).toString();
  return {
    started: record('executions/7/started'),
    result: record('work/7/result'),
    stdout: text('stdout'),
    stderr: text('stderr'),
  };
}
