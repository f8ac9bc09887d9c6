import { App, CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { parseEnvironment } from '../../core/parse-environment.ts';
import { doctorEnv } from '../../functions/doctor/env.ts';
import { preflightEnv } from '../../functions/preflight/env.ts';
import { RunopsAgent } from '../../infra/runops-agent.ts';
import { fillTemplate } from '../support/fill-template.ts';
import { builtTemplate } from '../support/plain-template.ts';
import { allFilledIn, givenImages, type Synthesized, synthesize } from '../support/synthesize.ts';

const subnetIds = ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'];
const network = { profile: 'private', vpcId: 'vpc-0123456789abcdef0', subnetIds, publicIp: true };
const agent = synthesize({ network, tags: 'prod', policy: { runSeconds: 60 } });

const preflightOf = ({ all }: Synthesized) => all('Custom::RunopsPreflight');
const variablesOf = (name: string) =>
  agent
    .all('AWS::Lambda::Function')
    .filter(({ id }) => id.includes(name))
    .map(({ properties }) => allFilledIn(Object(properties.Environment).Variables))[0] ?? {};

describe('the preflight', () => {
  const [resource] = preflightOf(agent);
  const id = resource?.id ?? '';

  it('is told what to look at, and looks again when that changes', () => {
    expect(resource?.properties).toMatchObject({
      ...{
        ServiceTimeout: '240',
        Version: expect.stringMatching(/^\d+\.\d+/),
        ApiUrl: 'https://api.runops.io',
      },
      ...{ Tags: 'prod', SubnetIds: subnetIds, PublicIp: 'true', Policy: '{"runSeconds":60,"targets":{}}' },
    });
    expect(parseEnvironment(preflightEnv, variablesOf('PreflightLook'), 'It')).toEqual({
      AGENT_NAME: 'runops-agent',
    });
  });

  it('comes before everything of the agent but what it needs itself', () => {
    const resources = Object.entries<Record<string, unknown>>(Object(agent.template.Resources));
    const before = resources
      .filter(([name, { DependsOn = [] }]) => name !== id && ![DependsOn].flat().includes(id))
      .map(([name]) => name.replace(/[0-9A-F]{8}$/, ''))
      .filter((name) => !name.startsWith('CDKMetadata'));
    expect(before.toSorted()).toEqual([
      ...['AgentKeysData', 'AgentPreflightLookFunction', 'AgentPreflightLookFunctionEventInvokeConfig'],
      ...['AgentPreflightLookLog', 'AgentPreflightLookRole'],
    ]);
    expect(resources.length).toBeGreaterThan(60);
  });

  it('is left out where it is declined', () => {
    expect(preflightOf(synthesize({ preflight: false }))).toEqual([]);
  });

  it('looks at no subnets where the stack makes its own', () => {
    expect(preflightOf(synthesize())[0]?.properties).toMatchObject({ SubnetIds: [], PublicIp: 'false' });
  });

  it('looks at subnets of a parameter, and not at those that the same stack has yet to make', () => {
    const properties = (subnetsOf: (stack: Stack) => { vpcId: string; subnetIds: string[] }) => {
      const stack = new Stack(new App({ analyticsReporting: false }), 'ours');
      new RunopsAgent(stack, 'Agent', {
        tokenSecret: Secret.fromSecretNameV2(stack, 'Token', 'runops-agent-token'),
        images: givenImages,
        network: { profile: 'private', ...subnetsOf(stack) },
      });
      const resources = Object.values(templateOf(stack));
      return Object(resources.find(({ Type }) => Type === 'Custom::RunopsPreflight')).Properties;
    };
    const fromParameter = properties((stack) => {
      const { valueAsString } = new CfnParameter(stack, 'Subnets');
      return { vpcId: 'vpc-0123456789abcdef0', subnetIds: [Fn.select(0, Fn.split(',', valueAsString))] };
    });
    expect(fromParameter.SubnetIds).toEqual([
      { 'Fn::Select': [0, { 'Fn::Split': [',', { Ref: 'Subnets' }] }] },
    ]);
    const ofTheStack = properties((stack) => {
      const vpc = new Vpc(stack, 'Vpc');
      return { vpcId: vpc.vpcId, subnetIds: vpc.privateSubnets.map(({ subnetId }) => subnetId) };
    });
    expect(ofTheStack.SubnetIds).toEqual([]);
  });
});

describe('the doctor', () => {
  it('is told what its contract wants', () => {
    const env = parseEnvironment(doctorEnv, variablesOf('Doctor'), 'The doctor');
    expect(env).toMatchObject({ AGENT_NAME: 'runops-agent', TAGS: 'prod' });
    const counts = [env.FUNCTIONS, env.SCHEDULES, env.QUEUES, env.DEAD_QUEUES].map(({ length }) => length);
    expect(counts).toEqual([3, 2, 3, 3]);
    expect(env.DEAD_QUEUES.filter((url) => !url.includes('Dead'))).toEqual([]);
    expect(env.QUEUES.filter((url) => url.includes('Dead'))).toEqual([]);
  });
});

function templateOf(stack: Stack): Record<string, Record<string, unknown>> {
  const root = stack.node.root;
  if (!(root instanceof App)) throw new TypeError('The root of a stack is its app.');
  return root.synth().getStackByName(stack.stackName).template.Resources;
}

describe('the plain template', () => {
  const { json } = builtTemplate();
  const preflights = Object.entries(json.Resources).filter(
    ([, { Type }]) => Type === 'Custom::RunopsPreflight',
  );
  const [id = '', resource] = preflights[0] ?? [];

  it('has its parameters looked at, and takes from the account what a list of subnets does not say', () => {
    expect(preflights).toHaveLength(1);
    expect(resource?.Properties).toMatchObject({
      ...{
        SubnetIds: [{ Ref: 'SubnetIds' }],
        PublicIp: 'auto',
        Policy: { Ref: 'Policy' },
        ApiUrl: { Ref: 'ApiUrl' },
      },
    });
    const { Resources } = fillTemplate(json, { SubnetIds: 'subnet-0123456789abcdef0' });
    const groups = Object.values(Resources).filter(({ Type }) => Type === 'AWS::EC2::SecurityGroup');
    expect(groups[0]?.Properties?.VpcId).toEqual({ 'Fn::GetAtt': [id, 'VpcId'] });
    const settings = Object.values(Resources).find(
      ({ Type, Properties }) =>
        Type === 'AWS::SecretsManager::Secret' && JSON.stringify(Properties).includes('taskDefinitions'),
    );
    expect(JSON.stringify(settings)).toContain(`{"Fn::GetAtt":["${id}","PublicIp"]}`);
  });

  it('cannot do without it', () => {
    const network = { profile: 'either', subnetIds: 'subnet-0123456789abcdef0' } as const;
    const stack = new Stack(new App({ analyticsReporting: false }), 'ours');
    const tokenSecret = Secret.fromSecretNameV2(stack, 'Token', 'runops-agent-token');
    const make = () =>
      new RunopsAgent(stack, 'Agent', { tokenSecret, network, images: givenImages, preflight: false });
    expect(make).toThrow('is looked up by the preflight: leave preflight on');
  });
});
