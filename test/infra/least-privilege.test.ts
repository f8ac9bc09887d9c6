import { describe, expect, it } from 'vitest';
import { type Asked, isAllowed, type SimulatedRole } from '../support/iam-simulation.ts';
import { filledIn, synthesize } from '../support/synthesize.ts';

const secretOf = (name: string) => `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-AbCdEf`;
const arns: Record<string, (id: string) => string> = {
  'AWS::S3::Bucket': (id) => `arn:aws:s3:::${id.toLowerCase()}`,
  'AWS::IAM::Role': (id) => `arn:aws:iam::123456789012:role/${id}`,
  'AWS::SecretsManager::Secret': (id) => secretOf(id),
};

const { all } = synthesize({
  targets: { orders: { secrets: [secretOf('orders')] }, billing: { secrets: [secretOf('billing')] } },
});
const roles = all('AWS::IAM::Role').map(({ id, properties }): SimulatedRole => {
  const inline = [properties.Policies ?? []].flat().map((policy) => Object(policy).PolicyDocument);
  const attached = all('AWS::IAM::Policy')
    .filter((policy) => JSON.stringify(policy.properties.Roles).includes(`"${id}"`))
    .map((policy) => policy.properties.PolicyDocument);
  return {
    name: id,
    statements: [...inline, ...attached].flatMap((document) => filled(Object(document).Statement)),
  };
});

describe('least privilege', () => {
  const execution = { 'aws:PrincipalTag/execution': '7' };
  const bucket = (part: string) =>
    all('AWS::S3::Bucket')
      .find(({ id }) => id.includes(part))
      ?.id.toLowerCase() ?? '';
  const [ledger, output, logs] = ['Ledger', 'Output', 'Log'].map(bucket);
  const object = (of: string | undefined, key: string) => `arn:aws:s3:::${of}/${key}`;
  const onRecord = (action: string, key: string): Asked => ({
    ...{ action: `s3:${action}`, resource: object(ledger, key), context: execution },
  });

  const listed = (prefix: string): Asked => ({
    ...{ action: 's3:ListBucket', resource: `arn:aws:s3:::${ledger}`, context: { 's3:prefix': prefix } },
  });
  const onTasks = (action: string): Asked => {
    const cluster = arnOf({ 'Fn::GetAtt': [all('AWS::ECS::Cluster')[0]?.id, 'Arn'] });
    const name = all('AWS::ECS::Cluster')[0]?.id.toLowerCase() ?? '';
    return {
      action: `ecs:${action}`,
      resource: task('1').replace('cluster', name),
      context: { 'ecs:cluster': cluster },
    };
  };

  it.each<[string, Asked]>([
    ['TargetordersExecution', onRecord('GetObject', 'work/7/spec')],
    ['TargetordersExecution', onRecord('PutObject', 'work/7/result')],
    ['TargetordersExecution', onRecord('PutObject', 'executions/7/started')],
    ['TargetordersExecution', { action: 'secretsmanager:GetSecretValue', resource: secretOf('orders') }],
    ['PollerRole', onRecord('PutObject', 'work/7/task')],
    ['DispatcherRole', onRecord('PutObject', 'executions/7/claim-1')],
    ['TesterRole', onRecord('DeleteObject', 'executions/self-test-1/started')],
    ['ReporterRole', onRecord('DeleteObject', 'work/7/task')],
    ['TesterRole', onRecord('PutObject', 'work/self-test-1/task')],
    ['TesterRole', onRecord('PutObject', 'open/self-test-1')],
    ['TesterRole', onRecord('GetObject', 'work/self-test-1/report')],
    ['TesterRole', onRecord('GetObject', 'executions/self-test-1/reported')],
    ['TesterRole', { action: 's3:GetObject', resource: object(logs, 'logs/self-test-1.log') }],
    ['TesterRole', listed('work/self-test-1/')],
    ['TesterRole', onTasks('DescribeTasks')],
    ['DoctorRole', onRecord('GetObject', 'executions/7/reported')],
    ['DoctorRole', { action: 'secretsmanager:GetSecretValue', resource: secretOf('runops/agent-token') }],
    ['DoctorRole', { action: 'secretsmanager:DescribeSecret', resource: secretOf('orders') }],
    ['DoctorRole', { action: 'secretsmanager:DescribeSecret', resource: secretOf('runops/shop') }],
    ['DoctorRole', { action: 'iam:SimulatePrincipalPolicy', resource: roleArn('TargetordersExecution') }],
    [
      'PreflightLookRole',
      { action: 'secretsmanager:GetSecretValue', resource: secretOf('runops/agent-token') },
    ],
    ['PreflightLookRole', linkedRole('CreateServiceLinkedRole', 'ecs.amazonaws.com')],
    ['PreflightLookRole', linkedRole('GetRole')],
  ])('allows to %s what it needs: %j', async (part, asked) => {
    expect(await isAllowed(role(part), asked)).toBe(true);
  });

  it.each<[string, Asked]>([
    // Another execution's objects.
    ['TargetordersExecution', onRecord('GetObject', 'work/8/spec')],
    ['TargetordersExecution', onRecord('PutObject', 'work/8/result')],
    ['TargetordersExecution', onRecord('PutObject', 'executions/8/started')],
    ['TargetordersExecution', { ...onRecord('PutObject', ''), resource: object(output, 'output/8/000001') }],
    ['TargetordersExecution', onRecord('GetObject', 'work/77/spec')],
    // No tag, no execution.
    ['TargetordersExecution', { action: 's3:GetObject', resource: object(ledger, 'work/7/spec') }],
    ['TargetordersExecution', { action: 's3:GetObject', resource: object(ledger, 'work//spec') }],
    // What its own execution has, but it does not need.
    ['TargetordersExecution', onRecord('GetObject', 'work/7/task')],
    ['TargetordersExecution', onRecord('PutObject', 'work/7/spec')],
    ['TargetordersExecution', onRecord('DeleteObject', 'executions/7/started')],
    ['TargetordersExecution', onRecord('PutObject', 'executions/7/reported')],
    ['TargetordersExecution', { ...onRecord('GetObject', ''), resource: object(logs, 'logs/7.log') }],
    // Another target's secret, and the agent's own.
    ['TargetordersExecution', { action: 'secretsmanager:GetSecretValue', resource: secretOf('billing') }],
    [
      'TargetordersExecution',
      { action: 'secretsmanager:GetSecretValue', resource: secretOf('runops-agent-token') },
    ],
    // Also where its name has the prefix by which secrets are opened.
    [
      'AllTargetsExecution',
      { action: 'secretsmanager:GetSecretValue', resource: secretOf('runops/agent-token') },
    ],
    ['AllTargetsExecution', { action: 'secretsmanager:GetSecretValue', resource: secretOf('orders') }],
    // A container's own role opens nothing by itself.
    ['TargetordersTask', onRecord('GetObject', 'work/7/spec')],
    ['TargetordersTask', { action: 'secretsmanager:GetSecretValue', resource: secretOf('orders') }],
    ['TargetordersTask', assume('TargetbillingExecution')],
    ['TargetordersTask', { action: 'ecs:StopTask', resource: task('7') }],
    // Functions keep to their own part.
    ...['PollerRole', 'DispatcherRole', 'ReporterRole', 'DoctorRole', 'PreflightLookRole'].flatMap(
      (part): [string, Asked][] => [
        [part, { action: 'secretsmanager:GetSecretValue', resource: secretOf('orders') }],
        [part, onRecord('DeleteObject', 'executions/7/started')],
        [part, onRecord('DeleteObject', 'executions/7/claim-1')],
        [part, assume('TargetordersExecution')],
        [part, { action: 'iam:CreateRole', resource: 'arn:aws:iam::123456789012:role/any' }],
      ],
    ),
    ['PollerRole', { ...onRecord('GetObject', ''), resource: object(output, 'output/7/000001') }],
    // The doctor looks at what was decided, not at what was asked and printed, and changes nothing.
    ...['work/7/task', 'work/7/spec', 'work/7/result', 'work/7/report'].map((key): [string, Asked] => [
      'DoctorRole',
      onRecord('GetObject', key),
    ]),
    ['DoctorRole', { ...onRecord('GetObject', ''), resource: object(output, 'output/7/000001') }],
    ['DoctorRole', { ...onRecord('GetObject', ''), resource: object(logs, 'logs/7.log') }],
    ['DoctorRole', onRecord('PutObject', 'executions/7/reported')],
    ['DoctorRole', { action: 'secretsmanager:GetSecretValue', resource: secretOf('runops/shop') }],
    ['DoctorRole', { action: 'secretsmanager:DescribeSecret', resource: secretOf('of-somebody-else') }],
    ['DoctorRole', { action: 'iam:SimulatePrincipalPolicy', resource: roleArn('PollerRole') }],
    ['DoctorRole', linkedRole('CreateServiceLinkedRole', 'ecs.amazonaws.com')],
    ['PreflightLookRole', { action: 'secretsmanager:GetSecretValue', resource: secretOf('runops/shop') }],
    ['PreflightLookRole', linkedRole('CreateServiceLinkedRole', 'spot.amazonaws.com')],
    ['PreflightLookRole', onRecord('GetObject', 'executions/7/reported')],
    ['PollerRole', { action: 'ecs:RunTask', resource: taskDefinition('shell') }],
    ['DispatcherRole', { ...onRecord('GetObject', ''), resource: object(output, 'output/7/000001') }],
    ['DispatcherRole', passRole('arn:aws:iam::123456789012:role/admin', 'ecs-tasks.amazonaws.com')],
    ['DispatcherRole', passRole(roleArn('TargetordersTask'), 'lambda.amazonaws.com')],
    ['ReporterRole', { action: 'ecs:RunTask', resource: taskDefinition('shell') }],
    ['ReporterRole', passRole(roleArn('TargetordersTask'), 'ecs-tasks.amazonaws.com')],
    // The self-test touches its own execution alone, and of that it makes the task and no other record.
    ['TesterRole', onRecord('PutObject', 'work/7/task')],
    ['TesterRole', onRecord('PutObject', 'open/7')],
    ['TesterRole', onRecord('GetObject', 'work/7/task')],
    ['TesterRole', onRecord('GetObject', 'executions/7/reported')],
    ['TesterRole', { action: 's3:GetObject', resource: object(logs, 'logs/7.log') }],
    ['TesterRole', listed('work/7/')],
    ['TesterRole', listed('')],
    ...['spec', 'lock', 'result', 'report'].map((name): [string, Asked] => [
      ...(['TesterRole', onRecord('PutObject', `work/self-test-1/${name}`)] as const),
    ]),
    ['TesterRole', onRecord('PutObject', 'executions/self-test-1/started')],
    ['TesterRole', onRecord('DeleteObject', 'work/7/task')],
    ['TesterRole', onRecord('DeleteObject', 'executions/7/started')],
    ['TesterRole', { ...onRecord('DeleteObjectVersion', ''), resource: object(logs, 'logs/7.log') }],
    ['TesterRole', { action: 's3:PutObject', resource: object(logs, 'logs/self-test-1.log') }],
    ['TesterRole', { action: 's3:GetObject', resource: object(output, 'output/self-test-1/000001') }],
    ['TesterRole', { action: 'secretsmanager:GetSecretValue', resource: secretOf('runops/agent-token') }],
    ['TesterRole', { action: 'ecs:RunTask', resource: taskDefinition('shell') }],
    ['TesterRole', onTasks('StopTask')],
  ])('denies to %s what it has no business with: %j', async (part, asked) => {
    expect(await isAllowed(role(part), asked)).toBe(false);
  });
});

function role(part: string): SimulatedRole {
  const found = roles.filter(({ name }) => name.includes(part));
  if (found.length !== 1 || !found[0]) {
    throw new RangeError(
      `${part} is ${found.map(({ name }) => name).join()} of ${roles.map(({ name }) => name)}`,
    );
  }
  return found[0];
}

function roleArn(part: string): string {
  return `arn:aws:iam::123456789012:role/${role(part).name}`;
}

function linkedRole(action: string, service?: string): Asked {
  const resource = 'arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS';
  return {
    action: `iam:${action}`,
    resource,
    ...(service && { context: { 'iam:AWSServiceName': service } }),
  };
}

function assume(part: string): Asked {
  return { action: 'sts:AssumeRole', resource: roleArn(part) };
}

function passRole(resource: string, service: string): Asked {
  return { action: 'iam:PassRole', resource, context: { 'iam:PassedToService': service } };
}

function task(id: string): string {
  return `arn:aws:ecs:eu-west-1:123456789012:task/cluster/${id}`;
}

function taskDefinition(family: string): string {
  return `arn:aws:ecs:eu-west-1:123456789012:task-definition/${family}:1`;
}

/** The statements with their references filled in, ARNs of resources of the template among them. */
function filled(statements: unknown): Record<string, unknown>[] {
  return JSON.parse(JSON.stringify([statements].flat()), (key, value) => {
    const isReference =
      typeof value === 'object' && value !== null && /^(Ref|Fn::)/.test(Object.keys(value)[0] ?? '');
    return isReference && key !== 'Condition' ? arnOf(value) : value;
  });
}

function arnOf(value: Record<string, unknown>): string {
  const text = filledIn(value);
  const named = text.replace(/^arn:aws:service:eu-west-1:123456789012:/, '').toLowerCase();
  for (const [type, arn] of Object.entries(arns)) {
    const resource = all(type).find(({ id }) => id.toLowerCase() === named);
    // A bucket's name is asked for as often as its ARN.
    if (resource) return type === 'AWS::S3::Bucket' && text === named ? text : arn(resource.id);
  }
  return text;
}
