import { AwsSolutionsChecks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../functions/dispatcher/parse-settings.ts';
import { filledIn, synthesize } from '../support/synthesize.ts';

const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const shop = {
  ...{ target: 'shop', cluster: 'production', service: 'web', container: 'rails', family: 'shop-web' },
  ...{ taskRole: role('shop-task'), executionRole: role('shop-execution') },
};
const abroad = {
  ...{ cluster: 'brazil', service: 'api', container: 'app', region: 'sa-east-1' },
  executionRole: role('api-execution'),
};
const services = [shop, abroad];
const synthesized = synthesize({ services });

interface Statement {
  Action: string | string[];
  Resource: unknown;
  Condition?: unknown;
}
const listed = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);
const policies = synthesized.all('AWS::IAM::Policy').filter(({ id }) => id.includes('Services'));
function statements(part: string) {
  const policy = policies.find(({ id }) => id.includes(`Services${part}`));
  const document = policy?.properties.PolicyDocument as { Statement: Statement[] } | undefined;
  return (document?.Statement ?? []).map(({ Action, Resource, Condition }) => ({
    actions: listed(Action),
    resources: listed(Resource).map((one) => filledIn(one)),
    condition: JSON.stringify(Condition ?? {}),
  }));
}
const allowing = (part: string, action: string) =>
  statements(part).filter(({ actions }) => actions.includes(action));

describe('services of the customer', () => {
  it('leave no trace in the template when none is named', () => {
    const text = JSON.stringify(synthesize().template);
    expect(text).not.toMatch(/AgentServices|SERVICE_EXECUTION_ROLE|ecs:DescribeServices|runops\/services/);
    expect(text).not.toMatch(/rails-console-ecs/);
    expect(JSON.stringify(synthesized.template)).toMatch(/rails-console-ecs/);
  });

  it('are looked at and started by the dispatcher alone, where they are named', () => {
    expect(allowing('Dispatcher', 'ecs:DescribeServices')[0]?.resources).toEqual([
      'arn:aws:ecs:eu-west-1:123456789012:service/production/web',
      'arn:aws:ecs:sa-east-1:123456789012:service/brazil/api',
    ]);
    const [running] = allowing('Dispatcher', 'ecs:RunTask');
    expect(running?.resources).toEqual([
      'arn:aws:ecs:eu-west-1:123456789012:task-definition/shop-web:*',
      'arn:aws:ecs:sa-east-1:123456789012:task-definition/*:*',
    ]);
    expect(running?.condition).toMatch(/ArnEquals.*ecs:cluster.*cluster\/production.*cluster\/brazil/);
    expect(allowing('Dispatcher', 'ecs:TagResource')[0]?.condition).toMatch(/ecs:CreateAction.*RunTask/);
    for (const action of ['ecs:RunTask', 'iam:PassRole', 'sts:AssumeRole']) {
      expect(allowing('Reporter', action)).toEqual([]);
    }
  });

  it('get their own roles, and no others, from ECS alone', () => {
    expect(allowing('Dispatcher', 'iam:PassRole')).toEqual([
      {
        actions: ['iam:PassRole'],
        resources: [role('shop-task'), role('shop-execution'), role('api-execution')],
        condition: expect.stringContaining('"iam:PassedToService":"ecs-tasks.amazonaws.com"'),
      },
    ]);
  });

  it('have tasks that both functions may end, and the reporter finds', () => {
    for (const part of ['Dispatcher', 'Reporter']) {
      expect(allowing(part, 'ecs:StopTask')[0]?.resources).toEqual([
        'arn:aws:ecs:eu-west-1:123456789012:task/production/*',
        'arn:aws:ecs:sa-east-1:123456789012:task/brazil/*',
      ]);
    }
    expect(allowing('Reporter', 'ecs:ListTasks')[0]?.condition).toMatch(/ecs:cluster.*cluster\/production/);
  });

  it('let the dispatcher read names, and no secrets', () => {
    expect(allowing('Dispatcher', 'secretsmanager:GetSecretValue')[0]?.resources).toEqual([
      'arn:aws:secretsmanager:eu-west-1:123456789012:secret:runops/services/*',
    ]);
  });

  it('reach the records of one execution, whose id is in the session of the dispatcher', () => {
    const execution = synthesized.all('AWS::IAM::Role').find(({ id }) => id.includes('ServicesExecution'));
    const { Policies, AssumeRolePolicyDocument: trust } = execution?.properties ?? {};
    const own = JSON.stringify(Policies);
    for (const key of ['manifest', 'kill', 'result'])
      expect(own).toContain(`work/\${aws:PrincipalTag/execution}/${key}`);
    expect(own).not.toMatch(/spec|ListBucket|secretsmanager/);
    expect(JSON.stringify(trust)).toMatch(/DispatcherRole.*aws:RequestTag\/execution/);
    expect(JSON.stringify(trust)).not.toContain('ecs-tasks');
  });

  it('wake the reporter when a task of the agent ends, and no other task', () => {
    const rules = synthesized.all('AWS::Events::Rule').filter(({ id }) => id.includes('Services'));
    expect(rules.map(({ properties }) => properties.EventPattern)).toEqual([
      {
        source: ['aws.ecs'],
        'detail-type': ['ECS Task State Change'],
        detail: { clusterArn: [expect.anything()], group: ['runops:runops-agent'], lastStatus: ['STOPPED'] },
      },
    ]);
  });

  it('are known to the dispatcher by their targets', () => {
    const [secret] = synthesized.all('AWS::SecretsManager::Secret');
    expect(parseSettings(filledIn(secret?.properties.SecretString)).services).toEqual({
      shop: { cluster: 'production', service: 'web', container: 'rails', region: 'eu-west-1' },
    });
  });

  it('give the rule packs nothing to say', () => {
    const packs = [AwsSolutionsChecks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks];
    const found = packs.flatMap((Pack) => new Pack().validateScope(synthesize({ services }).app).violations);
    const broken = found.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
    );
    expect(broken).toEqual([]);
  });

  it.each([
    [{ ...shop, target: 'other', taskRole: 'shop-task' }, /the taskRole "shop-task"\. Give the ARN/],
    [
      { ...shop, target: 'other', cluster: 'arn:aws:ecs:eu-west-1:1:cluster/x' },
      /Give its name, without an ARN/,
    ],
    [{ ...abroad, target: 'shop' }, /"shop" has two services/],
    [{ ...shop, target: 'other', live: true }, /services.*live/],
  ])('are refused when they cannot be right: %#', (bad, message) => {
    expect(() => synthesize({ services: [shop, bad] })).toThrow(message);
  });
});
