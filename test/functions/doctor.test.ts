import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { doctorClients } from '../../adapters/aws/checks/clients.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { parseEnvironment } from '../../core/parse-environment.ts';
import { doctorEnv } from '../../functions/doctor/env.ts';
import { type Examination, examine } from '../../functions/doctor/examine.ts';
import { type ExaminedAgent, startExaminedAgent } from '../support/account/examined-agent.ts';
import { arns, plantedValues, region } from '../support/account/state.ts';
import { plantedFaults } from './doctor-faults.ts';

/** Real clients of AWS and of the API against servers on loopback. */
let agent: ExaminedAgent;
beforeEach(async () => {
  agent = await startExaminedAgent();
  for (const [name, value] of Object.entries(agent.caller)) vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await agent.close();
});

function look({ isAgent = true, secrets = [] as string[] } = {}): Promise<Examination> {
  return examine({
    env: parseEnvironment(doctorEnv, agent.variables, 'The doctor'),
    clients: doctorClients(region, agent.account.url),
    ...{ endpoint: agent.account.url, isAgent, secrets, fetch, clock: systemClock, random: Math.random },
  });
}

/** No value is shown, and of the secrets only those two are read that the doctor needs. */
function expectNothingSecret(examination: Examination) {
  const text = JSON.stringify(examination);
  for (const value of [...Object.values(plantedValues), agent.api.token, 'another-token']) {
    expect(text).not.toContain(value);
  }
  const needed = [arns.secret('token'), arns.secret('settings')];
  expect(new Set(agent.account.read)).toEqual(new Set(needed));
}

const illIn = ({ findings }: Examination) => findings.filter(({ state }) => state === 'ill');

describe('the doctor', () => {
  it('finds nothing on an agent that is well, and has looked at everything', async () => {
    const { well, findings, executions } = await look();
    expect(findings.filter(({ state }) => state !== 'well')).toEqual([]);
    expect(well).toBe(true);
    expect(findings.map(({ check }) => check).toSorted()).toEqual([
      ...['Bedrock guardrail', 'Fargate quota', 'agent token', 'clock', 'dead-letter queues', 'executions'],
      ...['function dispatcher', 'function poller', 'function reporter', 'heartbeat', 'image of shell'],
      ...['keys of the identity provider', 'queues', 'schedules', 'secrets of the target orders'],
      ...[
        'service web',
        'service-linked role',
        'settings',
        'subnets of the agent',
        'subnets of the service web',
      ],
    ]);
    expect(executions.map(({ id }) => id)).toEqual(['13', '12', '11', '10', '9', '8', '7', '6', '5', '4']);
    expect(executions.slice(0, 2)).toMatchObject([
      { isOpen: true, reason: null },
      { isOpen: false, reason: 'exited' },
    ]);
  });

  it('knows at least fifteen faults', () => expect(plantedFaults.length).toBeGreaterThanOrEqual(15));

  it.each(plantedFaults)(
    'finds $name, alone, and names the remedy and no secret',
    async ({ plant, check, remedy }) => {
      await plant(agent);
      const examination = await look();
      const ill = illIn(examination);
      expect(ill.map((finding) => finding.check)).toEqual([check]);
      expect(ill[0]?.remedy).toMatch(remedy);
      expect(examination.well).toBe(false);
      expectNothingSecret(examination);
    },
  );
});

describe('what cannot be looked at', () => {
  it.each([
    ['iam:GetRole', 'service-linked role'],
    ['servicequotas:GetServiceQuota', 'Fargate quota'],
    ['ec2:DescribeSubnets', 'subnets of the agent'],
    ['ec2:DescribeRouteTables', 'subnets of the agent'],
    ['secretsmanager:DescribeSecret', 'secrets of the target orders'],
    ['iam:SimulatePrincipalPolicy', 'secrets of the target orders'],
    ['ecs:DescribeServices', 'service web'],
    ['ecs:DescribeTaskDefinition', 'image of shell'],
    ['ecr:DescribeImages', 'image of shell'],
    ['scheduler:GetSchedule', 'schedules'],
    ['cloudwatch:GetMetricData', 'heartbeat'],
    ['sqs:GetQueueAttributes', 'dead-letter queues'],
    ['lambda:GetFunctionConfiguration', 'function poller'],
    ['lambda:GetFunctionConcurrency', 'function poller'],
    ['s3:ListBucket', 'executions'],
    ['secretsmanager:GetSecretValue', 'settings'],
  ])('for want of %s is unknown, and the permission is named', async (action, check) => {
    agent.account.state.denied.add(action);
    const { findings, well } = await look({ isAgent: false });
    const found = findings.find((finding) => finding.check === check);
    expect(found?.state).toBe('unknown');
    expect(found?.remedy).toContain(`Allow ${action}`);
    expect(well).toBe(true);
  });

  it('of secrets is ill where the agent itself may not read its token', async () => {
    agent.account.state.denied.add('secretsmanager:GetSecretValue');
    expect(illIn(await look()).map(({ check }) => check)).toEqual(['agent token']);
  });
});

describe('secrets that only targets name', () => {
  it('are looked at when they are asked for', async () => {
    const examination = await look({ secrets: [arns.secret('orders'), arns.secret('nobody')] });
    expect(illIn(examination)).toMatchObject([
      { check: 'secrets of all targets', sentence: `There is no secret ${arns.secret('nobody')}.` },
    ]);
  });
});

describe('the function', () => {
  it('returns the same to whoever presses Test', async () => {
    agent.account.state.vcpus = 0;
    const index = resolve('dist/functions/doctor/index.mjs');
    const script = `
      const { handler } = await import(${JSON.stringify(index)});
      const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 60_000 };
      const answer = await handler({ key1: 'value1' }, context);
      process.stdout.write('\\nANSWER ' + JSON.stringify(answer));
      process.exit();`;
    const env = { ...agent.variables, ...agent.caller };
    const options = { env, maxBuffer: 1e7 };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', script],
      options,
    );
    const answer = JSON.parse(stdout.split('\nANSWER ')[1] ?? '');
    expect(illIn(answer).map(({ check }) => check)).toEqual(['Fargate quota']);
    expect(answer).toMatchObject({ well: false, executions: { length: 10 } });
    expect(stdout).toContain('"message":"agent.examined"');
  });
});
