import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { limits } from '../../core/limits.ts';
import { parseEnvironment } from '../../core/parse-environment.ts';
import { selfTestEnv } from '../../functions/self-test/env.ts';
import { RunopsAgent } from '../../infra/runops-agent.ts';
import { checkImage } from '../../infra/self-test.ts';
import { allFilledIn, givenImages, synthesize } from '../support/synthesize.ts';

const { all, template } = synthesize();
const type = 'Custom::RunopsSelfTest';

describe('the self-test of a deployment', () => {
  const isLater = (id: string) => /Polling.*EveryMinute|Doctor|Monitoring/.test(id);

  it('comes when everything of the agent is there that tasks go through', () => {
    const waitsFor = [Object(all(type)[0]?.policies).DependsOn].flat();
    const others = Object.keys(template.Resources).filter(
      (id) => !id.includes('SelfTest') && id !== 'CDKMetadata' && !isLater(id),
    );
    expect(others.length).toBeGreaterThan(60);
    expect(waitsFor.toSorted()).toEqual(others.toSorted());
  });

  it('comes before the first poll, so that an agent that goes again has taken no task', () => {
    const schedules = all('AWS::Scheduler::Schedule').filter(({ id }) => id.includes('Polling'));
    expect(schedules.map(({ policies }) => [Object(policies).DependsOn].flat())).toEqual([
      expect.arrayContaining([all(type)[0]?.id]),
    ]);
  });

  it('alone may delete permanent records, and of those its own policy names none but its own', () => {
    const policies = all('AWS::S3::BucketPolicy').flatMap(({ properties }) =>
      Object(properties.PolicyDocument).Statement.filter(({ Action }: { Action: unknown }) =>
        JSON.stringify(Action).includes('s3:DeleteObject'),
      ),
    );
    const [role] = all('AWS::IAM::Role').filter(({ id }) => id.includes('SelfTest'));
    expect(policies.map(({ Effect, Condition }) => ({ Effect, Condition }))).toEqual([
      {
        Effect: 'Deny',
        Condition: { ArnNotEquals: { 'aws:PrincipalArn': { 'Fn::GetAtt': [role?.id, 'Arn'] } } },
      },
    ]);
  });

  it('answers before its function ends, and its function ends before CloudFormation gives up', () => {
    const [tester] = all('AWS::Lambda::Function').filter(({ id }) => id.includes('SelfTest'));
    const timeout = Number(tester?.properties.Timeout);
    // Three tries of ten seconds to answer, and a look at the container.
    expect(timeout).toBeGreaterThanOrEqual(limits.selfTest.waitSeconds + 50);
    expect(Number(all(type)[0]?.properties.ServiceTimeout)).toBeGreaterThan(timeout);
  });

  it('is told what its own contract wants, and nothing of the API', () => {
    const [tester] = all('AWS::Lambda::Function').filter(({ id }) => id.includes('SelfTest'));
    const variables = allFilledIn(Object(tester?.properties.Environment).Variables);
    expect(parseEnvironment(selfTestEnv, variables, 'The self-test').AGENT_NAME).toBe('runops-agent');
    expect(Object.keys(variables)).not.toContain('TOKEN_SECRET');
  });

  it('says in an output what became of it', () => {
    const value = { 'Fn::GetAtt': [all(type)[0]?.id, 'Summary'] };
    expect(template.Outputs.SelfTest).toMatchObject({ Value: value });
  });

  it('can be declined', () => {
    const declined = synthesize({ selfTest: false });
    expect(JSON.stringify(declined.template)).not.toMatch(/self-?test/i);
  });

  it('wants an image that it can run in', () => {
    expect(() => checkImage({ postgres: 'arn' })).toThrow(
      /runs a bash script.*images\.shell.*selfTest: false/,
    );
    expect(() => checkImage({ shell: 'arn' })).not.toThrow();
  });
});

describe('an update', () => {
  const propertiesOf = (settings: object) => synthesize({ ...settings }).all(type)[0]?.properties;
  const before = all(type)[0]?.properties;

  it.each([
    { policy: { types: ['postgres'] } },
    { redaction: { transformations: { default: 'mask' } } },
    { images: { ...givenImages, shell: givenImages.shell?.replace(/0$/, '1') } },
    { identity: { jwkUrl: 'https://id.example.com/keys' } },
    { network: { profile: 'isolated', allowedHosts: ['orders.example.com'] } },
    { logRetentionDays: 7 },
  ])('tests again what is another agent: %j', (settings) => {
    expect(propertiesOf(settings)).not.toEqual(before);
  });

  it('tests nothing when nothing of the agent changes', () => {
    expect(propertiesOf({})).toEqual(before);
  });

  it('tests again when a parameter of the stack is another', () => {
    const app = new App({ analyticsReporting: false });
    const stack = new Stack(app, 'ours');
    const apiUrl = new CfnParameter(stack, 'ApiUrl');
    new CfnParameter(stack, 'Hidden', { noEcho: true });
    const tokenSecret = Secret.fromSecretNameV2(stack, 'Token', 'runops-agent-token');
    new RunopsAgent(stack, 'Agent', { tokenSecret, images: givenImages, apiUrl: apiUrl.valueAsString });
    const resources: object[] = Object.values(app.synth().getStackByName('ours').template.Resources);
    const test = resources.find((resource) => Object(resource).Type === type);
    expect(Object(test).Properties.Parameters).toEqual([{ Ref: 'ApiUrl' }]);
  });
});
