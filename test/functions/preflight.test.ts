import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { jsonLog } from '../../core/log.ts';
import { checkAccount } from '../../functions/preflight/check-account.ts';
import { type ExaminedAgent, startExaminedAgent } from '../support/account/examined-agent.ts';
import { arns } from '../support/account/state.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';
import { startFakeCloudFormation } from '../support/fake-cloudformation.ts';

/** Real clients of AWS and of the API against servers on loopback. Only time is not real. */
let agent: ExaminedAgent;
let clock: FakeClock;
let logged: string[];
beforeEach(async () => {
  agent = await startExaminedAgent();
  for (const [name, value] of Object.entries(agent.caller)) vi.stubEnv(name, value);
  // Pauses pass, timeouts do not.
  clock = fakeClock({ now: Date.now(), skip: 29_999 });
  logged = [];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await agent.close();
});

const properties = () => ({
  ...{
    ServiceToken: 'arn:function',
    Version: '1.2.3',
    TokenSecret: arns.secret('token'),
    ApiUrl: agent.api.url,
  },
  ...{ Tags: '', SubnetIds: ['subnet-a', 'subnet-b'], PublicIp: 'false', Policy: '' },
});

function check(changes: Record<string, unknown> = {}) {
  const deps = {
    clients: {
      ...{
        ec2: new EC2Client(),
        iam: new IAMClient(),
        quotas: new ServiceQuotasClient(),
        sts: new STSClient(),
      },
      secretsManager: new SecretsManagerClient(),
    },
    ...{ fetch, clock, random: Math.random, log: jsonLog((line) => logged.push(line), clock.now) },
  };
  return checkAccount(deps, { ...properties(), ...changes });
}

describe('the preflight lets a stack begin', () => {
  it('where all is well, and tells the VPC of the subnets', async () => {
    expect(await check()).toMatchObject({ VpcId: 'vpc-1' });
    expect(logged.join()).toContain('"event":"preflight.passed","ill":"","weak":"","unknown":""');
  });

  it('without subnets, where the stack makes its own', async () => {
    for (const SubnetIds of ['', [''], []])
      expect(await check({ SubnetIds })).toEqual({ VpcId: '', PublicIp: 'false' });
    expect(agent.account.calls).not.toContain('ec2:DescribeSubnets');
  });

  it('with subnets in a text, and in one zone, which it remarks on', async () => {
    expect(await check({ SubnetIds: 'subnet-a, ' })).toMatchObject({ VpcId: 'vpc-1' });
    expect(logged.join()).toMatch(
      /preflight\.passed.*"weak":"subnets of the agent".*eu-west-1a\. Add a subnet/,
    );
  });

  it('and makes the role of ECS where it is missing, and waits until ECS knows it', async () => {
    agent.account.state.roles.clear();
    await check();
    expect(agent.account.state.roles).toEqual(new Set(['AWSServiceRoleForECS']));
    expect(clock.sleeps).toContain(15_000);
  });

  it('also when somebody else makes that role at the same time', async () => {
    const { roles } = agent.account.state;
    vi.spyOn(roles, 'has').mockReturnValueOnce(false);
    await check();
    expect(agent.account.calls).toContain('iam:CreateServiceLinkedRole');
    expect(logged.join()).toContain('"ill":"","weak":"","unknown":""');
  });

  it('where something cannot be looked at', async () => {
    agent.account.state.vcpus = null;
    for (const action of ['iam:GetRole', 'ec2:DescribeSubnets']) agent.account.state.denied.add(action);
    expect(await check()).toEqual({ VpcId: '', PublicIp: 'false' });
    expect(logged.join()).toContain('"unknown":"service-linked role, Fargate quota, subnets of the agent"');
  });

  it('while the API is unwell for the moment', async () => {
    agent.api.misbehave('ready', { answer: 503, times: 9 });
    await check();
    expect(logged.join()).toContain('"unknown":"agent token"');
  });

  it.each([['nat-1'], ['tgw-1'], ['vpce-1']])('with a way out through %s', async (gateway) => {
    agent.account.state.routes.set('subnet-a', { gateway, state: 'active' });
    await check();
  });

  it('with an internet gateway for containers that have an address', async () => {
    agent.account.state.routes.set('subnet-a', { gateway: 'igw-1', state: 'active' });
    await check({ PublicIp: 'true' });
  });

  it('and says whether containers need an address, where nobody knew the subnets before', async () => {
    expect(await check({ PublicIp: 'auto' })).toEqual({ VpcId: 'vpc-1', PublicIp: 'false' });
    agent.account.state.routes.set('subnet-a', { gateway: 'igw-1', state: 'active' });
    expect(await check({ PublicIp: 'auto' })).toEqual({ VpcId: 'vpc-1', PublicIp: 'true' });
    expect(await check({ PublicIp: 'auto', SubnetIds: [''] })).toEqual({ VpcId: '', PublicIp: 'false' });
  });

  it('without a way out, but with an endpoint of each service', async () => {
    agent.account.state.routes.clear();
    agent.account.state.endpoints = ['ecr.api', 'ecr.dkr', 'logs', 's3', 'secretsmanager', 'sts'];
    await check();
  });
});

describe('the preflight stops a stack with a sentence', () => {
  const state = () => agent.account.state;

  it.each<[string, () => void, RegExp]>([
    [
      'a wrong token',
      () => state().secrets.set(arns.secret('token'), { value: 'other' }),
      /wrong token\. Put the/,
    ],
    [
      'no token',
      () => state().secrets.delete(arns.secret('token')),
      /The agent token cannot be read\. .*not exist/,
    ],
    [
      'no route',
      () => state().routes.delete('subnet-a'),
      /subnet-a has no route .*no endpoint of ecr\.api, .*, sts\./,
    ],
    [
      'a blackhole',
      () => state().routes.set('subnet-b', { gateway: 'nat-1', state: 'blackhole' }),
      /subnet-b has a default route into a blackhole \(nat-1 is gone\)\. Point/,
    ],
    [
      'an internet gateway without addresses',
      () => state().routes.set('subnet-a', { gateway: 'igw-1', state: 'active' }),
      /containers get none\. Set publicIp/,
    ],
    ['no such subnet', () => state().subnets.delete('subnet-a'), /does not exist here\. Name subnets/],
    ['no quota', () => (state().vcpus = 0), /0 vCPUs of Fargate, so no container starts\. Ask for more/],
    ['less than one container', () => (state().vcpus = 0.25), /0\.25 vCPUs of Fargate, so no container/],
    [
      'a role of ECS that may not be made',
      () => {
        state().roles.clear();
        state().denied.add('iam:CreateServiceLinkedRole');
      },
      /no role .*\(AWSServiceRoleForECS\).* Run: aws iam create-service-linked-role/,
    ],
    [
      'a clock of AWS that differs',
      () => (agent.account.aheadMilliseconds = 600_000),
      /\d+ s behind that of AWS\. Let/,
    ],
    [
      'an API that is not there',
      () => agent.api.misbehave('ready', { answer: 'drop', times: 9 }),
      /gave no answer .*Check the network and API_URL/,
    ],
  ])('for %s', async (_, plant, sentence) => {
    plant();
    await expect(check()).rejects.toThrow(sentence);
    expect(logged.join()).toContain('"event":"preflight.failed"');
    expect(logged.join()).not.toContain(agent.api.token);
  });

  it('for a clock of its own that is off', async () => {
    clock = fakeClock({ now: Date.now() + 600_000, skip: 29_999 });
    await expect(check()).rejects.toThrow(
      /600 s ahead of that of AWS\. .* ahead of that of the Runops API\./s,
    );
  });

  it('for a token that is denied, but waits first until IAM knows its role', async () => {
    state().denied.add('secretsmanager:GetSecretValue');
    await expect(check()).rejects.toThrow(
      /The agent token cannot be read\. secretsmanager:GetSecretValue on/,
    );
    expect(clock.sleeps).toEqual(expect.arrayContaining([2000, 4000, 8000]));
  });

  it('for a policy that is none, or properties that are none', async () => {
    await expect(check({ Policy: '{"runSeconds": -1}' })).rejects.toThrow(
      /The policy is not valid: runSeconds/,
    );
    await expect(check({ Policy: 'no' })).rejects.toThrow('The policy is not JSON. See docs/policy.md.');
    await expect(check({ TokenSecret: '' })).rejects.toThrow(/wrong properties: TokenSecret/);
    expect(await check({ Policy: '{"runSeconds": 60}' })).toMatchObject({ VpcId: 'vpc-1' });
  });

  it('for subnets that have to be looked up and may not be', async () => {
    state().denied.add('ec2:DescribeSubnets');
    await expect(check({ PublicIp: 'auto' })).rejects.toThrow(
      /ec2:DescribeSubnets on the subnets was denied/,
    );
  });

  it('for all that is ill at once', async () => {
    state().vcpus = 0;
    state().secrets.set(arns.secret('token'), { value: 'other' });
    await expect(check()).rejects.toThrow(/wrong token.*Fargate/s);
  });
});

describe('the function', () => {
  it('tells CloudFormation', async () => {
    const cloudFormation = await startFakeCloudFormation();
    onTestFinished(() => cloudFormation.close());
    const events = [
      cloudFormation.request('Create', properties()),
      cloudFormation.request('Update', { ...properties(), SubnetIds: 'subnet-web,subnet-a' }),
      cloudFormation.request('Delete', properties()),
    ];
    const script = `
      const { handler } = await import(${JSON.stringify(resolve('dist/functions/preflight/index.mjs'))});
      for (const event of ${JSON.stringify(events)}) await handler(event, { getRemainingTimeInMillis: () => 60_000 });
      process.exit();`;
    const env = { ...agent.caller, AGENT_NAME: 'prod' };
    const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      env,
    });
    expect(cloudFormation.answers.map(({ body }) => body)).toMatchObject([
      { Status: 'SUCCESS', Data: { VpcId: 'vpc-1' } },
      { Status: 'FAILED', Reason: expect.stringContaining('The subnets are in several VPCs: vpc-2, vpc-1.') },
      { Status: 'SUCCESS' },
    ]);
    expect(stderr).toContain('"message":"preflight.failed"');
  });
});
