import { AwsSolutionsChecks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../adapters/aws/parse-settings.ts';
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

  it('are entered live by the role of one target, in one container, where that is said', () => {
    const live = { ...shop, live: true };
    const targets = { shop: { secrets: [] }, other: { secrets: [] } };
    const { all } = synthesize({ services: [live, abroad], targets });
    const roles = all('AWS::IAM::Role').filter(({ properties }) =>
      JSON.stringify(properties).includes('ecs:Exec'),
    );
    expect(roles.map(({ id }) => id)).toEqual([expect.stringMatching(/Targetshop.*Execution/)]);
    const documents = (roles[0]?.properties.Policies ?? []) as {
      PolicyDocument: { Statement: Statement[] };
    }[];
    const ecs = documents
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .filter(({ Action }) => listed(Action).some((action) => `${action}`.startsWith('ecs:')))
      .map(({ Action, Resource, Condition }) => ({
        action: Action,
        resources: listed(Resource).map((one) => filledIn(one)),
        condition: Object.fromEntries(
          Object.entries((Condition ?? {}) as Record<string, Record<string, unknown>>).flatMap(([, test]) =>
            Object.entries(test).map(([key, value]) => [key, listed(value).map((one) => filledIn(one))]),
          ),
        ),
      }));
    const cluster = 'arn:aws:ecs:eu-west-1:123456789012:cluster/production';
    const tasks = 'arn:aws:ecs:eu-west-1:123456789012:task/production/*';
    const inCluster = { 'ecs:cluster': [cluster] };
    const inContainer = { ...inCluster, 'ecs:container-name': ['rails'] };
    expect(ecs).toEqual([
      { action: 'ecs:ListTasks', resources: ['*'], condition: inCluster },
      { action: 'ecs:DescribeTasks', resources: [tasks], condition: inCluster },
      { action: 'ecs:ExecuteCommand', resources: [cluster, tasks], condition: inContainer },
    ]);
    const [secret] = all('AWS::SecretsManager::Secret');
    const named = parseSettings(filledIn(secret?.properties.SecretString)).services;
    expect(named?.shop).toMatchObject({ service: 'web', live: true });
    expect(JSON.stringify(synthesized.template)).not.toContain('ecs:ExecuteCommand');
  });

  it('give the rule packs nothing to say', () => {
    const targets = { shop: { secrets: [] } };
    const packs = [AwsSolutionsChecks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks];
    const found = packs.flatMap(
      (Pack) =>
        new Pack().validateScope(synthesize({ services: [{ ...shop, live: true }, abroad], targets }).app)
          .violations,
    );
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
    [{ ...shop, target: 'other', live: true }, /live.*"other", which has no role of its own.*an empty list/],
    [{ ...abroad, live: true }, /"live" for api without a target/],
  ])('are refused when they cannot be right: %#', (bad, message) => {
    expect(() => synthesize({ services: [shop, bad] })).toThrow(message);
  });
});
