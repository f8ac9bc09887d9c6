import { describe, expect, it } from 'vitest';
import { allow } from '../../infra/permissions.ts';
import { filledIn, type Resource, synthesize } from '../support/synthesize.ts';

interface Statement {
  where: string;
  effect: string;
  actions: string[];
  resources: string[];
  text: string;
}

const orders = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-AbCdEf';
const { all } = synthesize({ targets: { orders: { secrets: [orders] } } });
const statements = [
  'AWS::IAM::Role',
  'AWS::IAM::Policy',
  'AWS::KMS::Key',
  'AWS::S3::BucketPolicy',
  'AWS::SQS::QueuePolicy',
]
  .flatMap((type) => all(type))
  .flatMap(statementsOf);
const allowed = statements.filter(({ effect }) => effect === 'Allow');

describe('permissions', () => {
  it('name each action in full', () => {
    expect(allowed.length).toBeGreaterThan(20);
    expect(allowed.flatMap(({ actions }) => actions).filter((action) => action.includes('*'))).toEqual([]);
  });

  it('have a star as a resource where AWS knows no other, and in the policy of a key, which means itself', () => {
    const stars = allowed.filter(({ resources }) => resources.includes('*'));
    expect(stars.map(({ where, actions }) => `${where}: ${actions[0]}`).sort()).toEqual([
      'AgentDoctoringDoctorRole: cloudwatch:GetMetricData',
      'AgentDoctoringDoctorRole: ec2:DescribeRouteTables',
      'AgentDoctoringDoctorRole: ecs:DescribeTaskDefinition',
      'AgentDoctoringDoctorRole: servicequotas:GetServiceQuota',
      'AgentExecutionPull: ecr:GetAuthorizationToken',
      'AgentKeysData: kms:CancelKeyDeletion',
      'AgentKeysData: kms:Decrypt',
      'AgentKeysOutput: kms:CancelKeyDeletion',
      'AgentPreflightLookRole: ec2:DescribeRouteTables',
      'AgentPreflightLookRole: servicequotas:GetServiceQuota',
    ]);
  });

  it('with a star in a resource cannot be written without a reason', () => {
    expect(() => allow(['s3:GetObject'], ['arn:aws:s3:::bucket/*'])).toThrow('Say why s3:GetObject is for');
  });

  it('pass the roles of containers to ECS, and no others', () => {
    const passing = allowed.filter(({ actions }) => actions.includes('iam:PassRole'));
    expect(passing).toHaveLength(1);
    expect(passing[0]?.resources).toHaveLength(3);
    expect(passing[0]?.text).toContain('"iam:PassedToService":"ecs-tasks.amazonaws.com"');
    for (const resource of passing[0]?.resources ?? [])
      expect(resource).toMatch(/Pull|AllTargetsTask|ordersTask/);
  });

  it('start containers in our cluster only', () => {
    const [running, ...others] = allowed.filter(({ actions }) => actions.includes('ecs:RunTask'));
    expect(others).toEqual([]);
    expect(running?.text).toContain('"ArnEquals":{"ecs:cluster"');
    for (const resource of running?.resources ?? []) expect(resource).toMatch(/task-definition\/[\w-]+:\*$/);
  });
});

describe('a container', () => {
  const of = (part: string) => allowed.filter(({ where }) => where.includes(part));

  it('may take on the role of its target with the tag of its execution, and nothing else', () => {
    const own = of('ordersTask');
    expect(own.map(({ actions }) => actions)).toEqual([
      ['sts:AssumeRole'],
      ['sts:AssumeRole', 'sts:TagSession'],
    ]);
  });

  it("reads its target's secrets and no others", () => {
    const secrets = (part: string) =>
      of(part)
        .filter(({ actions }) => actions.includes('secretsmanager:GetSecretValue'))
        .flatMap(({ resources }) => resources);
    expect(secrets('TargetordersExecution')).toEqual([orders]);
    expect(secrets('AllTargetsExecution')).toEqual([
      'arn:aws:secretsmanager:eu-west-1:123456789012:secret:runops/*',
    ]);
  });

  it('reaches the objects of its own execution only', () => {
    const objects = of('TargetordersExecution').filter(({ actions }) => /Object/.test(actions.join()));
    for (const resource of objects.flatMap(({ resources }) => resources)) {
      expect(resource).toMatch(/\/(work|executions|output)\/\$\{aws:PrincipalTag\/execution\}\//);
    }
    const [listing] = of('TargetordersExecution').filter(({ actions }) => actions.includes('s3:ListBucket'));
    expect(listing?.text).toContain('"s3:prefix":["work/${aws:PrincipalTag/execution}/*"');
  });

  it('cannot be given another tag than the one of an execution', () => {
    const trust = of('TargetordersExecution').find(({ actions }) => actions.join() === 'sts:TagSession');
    expect(trust?.text).toContain('"aws:RequestTag/execution":"?*"');
    expect(trust?.text).toContain('"aws:TagKeys":["execution"]');
  });
});

describe('secrets', () => {
  const secretsWith = (settings: Record<string, unknown>) =>
    synthesize(settings)
      .all('AWS::IAM::Role')
      .filter(({ id }) => id.includes('AllTargetsExecution'))
      .flatMap(statementsOf)
      .filter(({ effect }) => effect === 'Allow')
      .filter(({ actions }) => actions.includes('secretsmanager:GetSecretValue'));

  it('can be opened by a tag', () => {
    const [statement] = secretsWith({ secrets: { by: 'tag', key: 'runops', value: 'yes' } });
    expect(statement?.text).toContain('{"StringEquals":{"aws:ResourceTag/runops":"yes"}}');
  });

  it('can be opened target by target', () => {
    expect(secretsWith({ secrets: { by: 'target' } })).toEqual([]);
  });
});

describe('what the account wants of roles', () => {
  it('is on every one of them', () => {
    const permissionsBoundary = 'arn:aws:iam::123456789012:policy/boundary';
    const roles = synthesize({
      roles: { permissionsBoundary, path: '/runops/', prefix: 'acme-' },
      targets: { orders: { secrets: [orders] } },
    }).all('AWS::IAM::Role');
    expect(roles.length).toBeGreaterThan(10);
    for (const { properties } of roles) {
      expect(properties).toMatchObject({ PermissionsBoundary: permissionsBoundary, Path: '/runops/' });
      const name = filledIn(properties.RoleName);
      expect(name).toMatch(/^acme-[\w-]+-eu-west-1$/);
      expect(name.length).toBeLessThanOrEqual(64 - 'ap-southeast-1'.length + 'eu-west-1'.length);
    }
    expect(new Set(roles.map(({ properties }) => filledIn(properties.RoleName))).size).toBe(roles.length);
  });
});

function statementsOf({ id, properties }: Resource): Statement[] {
  const where = id.replace(/(Policy)?[0-9A-F]{8}$/, '').replace(/DefaultPolicy$/, '');
  const inline: unknown[] = Array.isArray(properties.Policies) ? properties.Policies : [];
  const documents = [
    ...[properties.AssumeRolePolicyDocument, properties.PolicyDocument, properties.KeyPolicy],
    ...inline.map((policy) => Object(policy).PolicyDocument),
  ].filter((document) => document !== undefined);
  return documents
    .flatMap((document) => Object(document).Statement)
    .map((statement) => ({
      where,
      effect: statement.Effect,
      actions: [statement.Action].flat(),
      resources: [statement.Resource ?? []].flat().map(filledIn),
      text: JSON.stringify(statement),
    }));
}
