import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { VariablesOf } from '../../adapters/aws/deployment-env.ts';
import { encodeFrame } from '../../core/output.ts';
import type { DispatcherEnv } from '../../functions/dispatcher/env.ts';
import type { ReporterEnv } from '../../functions/reporter/env.ts';
import type { SelfTestEnv } from '../../functions/self-test/env.ts';
import { type FakeAws, startFakeAws } from '../support/fake-aws.ts';
import { listening } from '../support/listening.ts';
import { planted, realBash } from './self-test-agent.ts';

const queue = (name: string) => `arn:aws:sqs:eu-west-1:111122223333:${name}`;
const id = 'self-test-request-1';
const record = (name: string) => ['', 'ledger', 'work', id, name].join('/');

/** The bundles of the functions over real sockets, without an API: nobody listens at its address. */
function environment({ url }: FakeAws) {
  const variables: VariablesOf<SelfTestEnv> & VariablesOf<DispatcherEnv> & VariablesOf<ReporterEnv> = {
    ...{
      API_URL: 'http://127.0.0.1:1',
      TOKEN_SECRET: 'arn:token',
      AGENT_NAME: 'prod',
      RUNOPS_INSTANCE: 'arn:i',
    },
    ...{ RUNOPS_VERSION: '1.2.3', JWK_VERIFY: 'false', CAPABILITIES: 'bash', AWS_ENDPOINT_URL: url },
    ...{ LEDGER_BUCKET: 'ledger', OUTPUT_BUCKET: 'output', LOG_BUCKET: 'logs', CLUSTER: 'c' },
    ...{
      AUDIT_BUS: 'prod-audit',
      LEASE_SECONDS: '120',
      SETTINGS_SECRET: 'arn:settings',
      DISPATCHES_QUEUE: `${url}/dispatches`,
    },
    ...{ DISPATCHES_QUEUE_ARN: queue('dispatches'), KILLS_QUEUE_ARN: queue('kills') },
    ...{ REPORTS_QUEUE: `${url}/reports`, REPORTS_QUEUE_ARN: queue('reports') },
  };
  const account = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'y' };
  return { ...variables, ...account };
}

async function run(name: string, aws: FakeAws, event: unknown): Promise<string> {
  const script = `
    const { handler } = await import(${JSON.stringify(resolve('dist/functions', name, 'index.mjs'))});
    await handler(${JSON.stringify(event)}, { awsRequestId: 'r', functionName: 'f' });
    process.exit();`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    env: environment(aws),
  });
  return stdout;
}

/** What CloudFormation is told. */
async function cloudFormation() {
  const answers: Record<string, unknown>[] = [];
  const { port, close } = await listening(
    createServer(async (request, response) => {
      answers.push(JSON.parse(String(await buffer(request))));
      response.end();
    }),
  );
  onTestFinished(close);
  return { answers, ResponseURL: `http://127.0.0.1:${port}/answer` };
}

/** An account in which the other bundles take their messages, and `play` is the container. */
async function account(play: (aws: FakeAws, script: string) => void) {
  const message = (name: string) => ({
    Records: [
      { eventSource: 'aws:sqs', eventSourceARN: queue(name), body: JSON.stringify({ executionId: id }) },
    ],
  });
  const work: Promise<unknown>[] = [];
  const aws = await startFakeAws({
    onSent: ({ queueUrl }) => {
      if (queueUrl.endsWith('/dispatches')) work.push(run('dispatcher', aws, message('dispatches')));
      else work.push(run('reporter', aws, message('reports')));
    },
    onLaunched: () => {
      play(aws, JSON.parse(String(aws.objects.get(record('spec')))).script);
      work.push(run('reporter', aws, message('reports')));
    },
  });
  onTestFinished(() => aws.close());
  aws.secrets.set(
    'arn:settings',
    JSON.stringify({
      ...{ policy: { targets: {} }, targets: {}, taskDefinitions: { shell: 'arn:shell:1' } },
      network: { subnets: ['subnet-1'], securityGroups: ['sg-1'], publicIp: true },
    }),
  );
  return { aws, settle: () => Promise.all(work) };
}

/** Runs the script and stores what it prints, as the runner does. */
function contain(aws: FakeAws, script: string) {
  const { frames = [] } = realBash(script) ?? {};
  const output = Buffer.concat(frames.map(encodeFrame));
  const [startedAt, endedAt] = [Date.now(), Date.now()];
  const started = { by: 'runner', launchId: 'arn:task', startedAt };
  const result = { reason: 'exited', exitCode: 0, message: null, startedAt, endedAt };
  aws.objects.set(`/output/output/${id}/000001`, output.toString('latin1'));
  aws.objects.set(`/ledger/executions/${id}/started`, JSON.stringify(started));
  const kept = { parts: 1, bytes: output.length, cutBytes: 0 };
  aws.objects.set(record('result'), JSON.stringify({ ...result, output: kept }));
}

const request = {
  ...{ RequestType: 'Create', StackId: 'arn:stack', RequestId: 'request-1', LogicalResourceId: 'SelfTest' },
  ...{ ResourceType: 'Custom::RunopsSelfTest', ResourceProperties: { ServiceToken: 'arn:function' } },
};

describe('the bundle of the self-test', () => {
  it('sends a task through the other bundles, and tells CloudFormation that it came back redacted', async () => {
    const { answers, ResponseURL } = await cloudFormation();
    const { aws, settle } = await account(contain);
    const stdout = await run('self-test', aws, { ...request, ResponseURL });
    await settle();
    expect(answers).toEqual([
      {
        ...{ Status: 'SUCCESS', StackId: 'arn:stack', RequestId: 'request-1' },
        ...{ LogicalResourceId: 'SelfTest', PhysicalResourceId: 'SelfTest' },
        Data: {
          Seconds: expect.any(String),
          Summary: expect.stringMatching(/^The self-test passed in \d+ s: /),
        },
      },
    ]);
    expect(aws.launched).toMatchObject([{ startedBy: id, taskDefinition: 'arn:shell:1' }]);
    expect(aws.objects.get(`/logs/logs/${id}.log`)).toContain('[CREDIT_CARD_NUMBER]');
    // What stays of it in the ledger.
    const left = [...aws.objects.keys()].filter((key) => key.startsWith('/ledger/'));
    expect(left.map((key) => key.split('/').at(-1)).toSorted()).toEqual([
      'audited',
      'claim-1',
      'redacted',
      'reported',
      'started',
    ]);
    expect(stdout).toContain('self-test.passed');
    expect(JSON.stringify([...aws.objects]) + stdout + ResponseURL).not.toContain(planted);
  }, 60_000);

  it('tells CloudFormation why it failed', async () => {
    const { answers, ResponseURL } = await cloudFormation();
    const { aws } = await account((_, _script) => {});
    aws.objects.set(
      `/ledger/executions/${id}/reported`,
      '{"reportedAt": 1, "status": "failure", "reason": "lost"}',
    );
    const log = 'The task was not started: its image does not exist. Deploy the agent again.\n';
    aws.objects.set(`/logs/logs/${id}.log`, log);
    await run('self-test', aws, { ...request, ResponseURL });
    expect(answers).toMatchObject([
      { Status: 'FAILED', Reason: `The self-test failed: it did not end well. Its log says: ${log.trim()}` },
    ]);
    expect(aws.sent).toEqual([]);
  }, 60_000);

  it('does nothing when its stack is deleted', async () => {
    const { answers, ResponseURL } = await cloudFormation();
    const { aws } = await account(contain);
    await run('self-test', aws, { ...request, RequestType: 'Delete', ResponseURL });
    expect(answers).toMatchObject([{ Status: 'SUCCESS' }]);
    expect(aws.sent).toEqual([]);
  }, 60_000);
});
