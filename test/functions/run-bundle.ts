import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import type { VariablesOf } from '../../adapters/aws/deployment-env.ts';
import type { DispatcherEnv } from '../../functions/dispatcher/env.ts';
import type { PollerEnv } from '../../functions/poller/env.ts';
import type { ReporterEnv } from '../../functions/reporter/env.ts';
import { type FakeAws, startFakeAws } from '../support/fake-aws.ts';
import { type FakeRunopsApi, startFakeRunopsApi } from '../support/fake-runops-api.ts';

/** A folder with the bundles, built as often as there are names; it goes when the tests of the file are over. */
export function builtBundles(...names: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'runops-bundles-'));
  beforeAll(() => {
    for (const name of names) execFileSync(process.execPath, ['build.ts', join(folder, name)]);
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const queue = (name: string) => `arn:aws:sqs:eu-west-1:111122223333:${name}`;
export const message = (arn: string) => ({
  Records: [{ eventSource: 'aws:sqs', eventSourceARN: arn, body: '{"executionId":"7"}' }],
});
export const settings = {
  policy: { targets: {} },
  network: { subnets: ['subnet-1'], securityGroups: ['sg-1'], publicIp: true },
  taskDefinitions: { shell: 'arn:shell:1' },
  targets: {},
};
export const task = { id: 7, type: 'bash', script: 'echo secret-script', target: 'shell', redact: 'all' };

export const recordOf7 = (name: string) => ['', 'ledger', 'work', '7', name].join('/');

export async function deployment() {
  const [aws, api] = await Promise.all([
    startFakeAws(),
    startFakeRunopsApi({ registration: { webhook_extensions: true } }),
  ]);
  onTestFinished(async () => {
    aws.close();
    await api.close();
  });
  aws.secrets
    .set('arn:token', JSON.stringify({ TOKEN: api.token }))
    .set('arn:settings', JSON.stringify(settings));
  return { aws, api };
}

/** Runs a bundle as Lambda does: a process with the environment of the function, and one event. */
export async function runBundle(
  path: string,
  { aws, api }: { aws: FakeAws; api: FakeRunopsApi },
  event: unknown,
  variables: Record<string, string> = {},
) {
  const script = `
    const { handler } = await import(${JSON.stringify(path)});
    const end = Date.now() + 6_500;
    const context = { awsRequestId: 'request-1', functionName: 'f', getRemainingTimeInMillis: () => end - Date.now() };
    await handler(${JSON.stringify(event)}, context);
    process.exit();`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    env: {
      ...environment(aws, api),
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'y',
      ...variables,
    },
  });
  const lines: Record<string, unknown>[] = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return { stdout, lines };
}

function environment(aws: FakeAws, api: FakeRunopsApi) {
  const variables: VariablesOf<PollerEnv> & VariablesOf<DispatcherEnv> & VariablesOf<ReporterEnv> = {
    ...{ API_URL: api.url, TOKEN_SECRET: 'arn:token', AGENT_NAME: 'prod', RUNOPS_INSTANCE: 'arn:stack' },
    ...{
      RUNOPS_VERSION: '1.2.3',
      JWK_VERIFY: 'false',
      CAPABILITIES: 'bash,postgres',
      AWS_ENDPOINT_URL: aws.url,
    },
    ...{
      LEDGER_BUCKET: 'ledger',
      OUTPUT_BUCKET: 'output',
      LOG_BUCKET: 'logs',
      CLUSTER: 'c',
      LEASE_SECONDS: '120',
      AUDIT_BUS: 'prod-audit',
      AUDIT_BUCKET: 'audit',
    },
    ...{ DISPATCHES_QUEUE: `${aws.url}/dispatches`, KILLS_QUEUE: `${aws.url}/kills` },
    ...{ REPORTS_QUEUE: `${aws.url}/reports`, REPORTS_QUEUE_ARN: queue('reports') },
    ...{
      DISPATCHES_QUEUE_ARN: queue('dispatches'),
      KILLS_QUEUE_ARN: queue('kills'),
      SETTINGS_SECRET: 'arn:settings',
    },
  };
  return variables;
}
