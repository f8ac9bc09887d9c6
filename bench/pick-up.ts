import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startFakeAws } from '../test/support/fake-aws.ts';
import { startFakeRunopsApi } from '../test/support/fake-runops-api.ts';
import { seededRandom } from '../test/support/seeded-random.ts';
import type { BenchRow } from './row.ts';

const tasks = 60;
/** What one call of S3, SQS or ECS takes within a region, and a message from SQS to a warm function. */
const awsMilliseconds = 20;
const toFunctionMilliseconds = 25;
const pollMilliseconds = 1000;
const queueArn = 'arn:aws:sqs:eu-west-1:111122223333:dispatches';

/**
 * From the moment that a task is ready at the API until ECS accepts RunTask: the bundles of the poller and the
 * dispatcher, each warm in a process of its own, over sockets to an AWS that takes its time for each answer.
 */
export async function benchPickUp(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'runops-bench-'));
  execFileSync(process.execPath, [resolve(import.meta.dirname, '../build.ts'), folder]);
  const launchedAt = new Map<string, number>();
  const functions: ChildProcess[] = [];
  const api = await startFakeRunopsApi();
  const aws = await startFakeAws({
    delayMilliseconds: awsMilliseconds,
    onLaunched: ({ startedBy = '' }) => launchedAt.set(startedBy, performance.now()),
    onSent: async ({ body }) => {
      await setTimeout(toFunctionMilliseconds);
      functions[1]?.send({ Records: [{ eventSource: 'aws:sqs', eventSourceARN: queueArn, body }] });
    },
  });
  aws.secrets.set('token', JSON.stringify({ TOKEN: api.token })).set('settings', JSON.stringify(settings));
  try {
    const environment = environmentOf(aws.url, api.url);
    for (const name of ['poller', 'dispatcher']) {
      functions.push(await startFunction(join(folder, 'functions', name, 'index.mjs'), environment));
    }
    functions[0]?.send({});
    return [row(await measure(api, launchedAt))];
  } finally {
    for (const child of functions) child.kill();
    aws.close();
    await api.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  api: Awaited<ReturnType<typeof startFakeRunopsApi>>,
  launchedAt: ReadonlyMap<string, number>,
): Promise<number[]> {
  const random = seededRandom(1);
  const times: number[] = [];
  // The first ones are for loading what a warm function has loaded.
  for (let n = -3; n < tasks; n++) {
    // At any moment between two polls.
    await setTimeout(random() * pollMilliseconds);
    const id = `task-${n + 3}`;
    const readyAt = performance.now();
    api.addTask({ id, type: 'bash', script: 'true', target: 'shell' });
    while (!launchedAt.has(id)) await setTimeout(2);
    if (n >= 0) times.push((launchedAt.get(id) ?? Number.NaN) - readyAt);
  }
  return times.sort((one, other) => one - other);
}

/** Runs the bundle's handler for each message from here. */
async function startFunction(path: string, environment: Record<string, string>): Promise<ChildProcess> {
  const script = `
    const { handler } = await import(${JSON.stringify(path)});
    const end = Date.now() + 3_600_000;
    const context = { awsRequestId: '1', functionName: 'f', getRemainingTimeInMillis: () => end - Date.now() };
    process.on('message', async (event) => {
      do await handler(event, context).catch((thrown) => console.error(thrown)); while (!event.Records);
    });
    process.send('ready');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  return child;
}

function row(times: number[]): BenchRow {
  const median = times[Math.floor(times.length / 2)] ?? Number.NaN;
  const p95 = times[Math.floor(times.length * 0.95)] ?? Number.NaN;
  return {
    name: `from ready at the API to RunTask accepted, ${tasks} tasks, ${awsMilliseconds} ms for each call of AWS`,
    value: `${median.toFixed(0)} ms at the median, ${p95.toFixed(0)} ms at p95`,
    baseline: `${pollMilliseconds / 2} ms: half of the time between two polls`,
    ratio: (median / (pollMilliseconds / 2)).toFixed(2),
    goal: 'below 800 ms at the median',
  };
}

const settings = {
  policy: { targets: {} },
  network: { subnets: ['subnet-1'], securityGroups: ['sg-1'], publicIp: true },
  taskDefinitions: { shell: 'arn:shell:1' },
  targets: {},
};

function environmentOf(awsUrl: string, apiUrl: string): Record<string, string> {
  return {
    ...{
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'y',
      AWS_ENDPOINT_URL: awsUrl,
    },
    ...{ API_URL: apiUrl, TOKEN_SECRET: 'token', AGENT_NAME: 'bench', RUNOPS_INSTANCE: 'arn:stack' },
    ...{ CAPABILITIES: 'bash', LEDGER_BUCKET: 'ledger', OUTPUT_BUCKET: 'output', CLUSTER: 'c' },
    ...{
      DISPATCHES_QUEUE: `${awsUrl}/dispatches`,
      KILLS_QUEUE: `${awsUrl}/kills`,
      REPORTS_QUEUE: `${awsUrl}/reports`,
    },
    ...{
      DISPATCHES_QUEUE_ARN: queueArn,
      KILLS_QUEUE_ARN: 'kills',
      SETTINGS_SECRET: 'settings',
      LEASE_SECONDS: '120',
    },
  };
}
