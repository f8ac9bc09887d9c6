import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildTemplate } from '../../infra/release/build-template.ts';
import { givenImages, type Synthesized, synthesize } from '../support/synthesize.ts';

/**
 * What holds data, or what tasks that run hold on to, by the properties whose change makes CloudFormation put another
 * one in its place, or fail: "Update requires: Replacement" in
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 */
const replacedBy: Readonly<Record<string, readonly string[]>> = {
  'AWS::ECS::Cluster': ['ClusterName'],
  'AWS::Events::EventBus': ['Name'],
  'AWS::IAM::Role': ['Path', 'RoleName'],
  'AWS::KMS::Key': ['KeySpec', 'KeyUsage', 'MultiRegion', 'Origin'],
  'AWS::Logs::LogGroup': ['LogGroupClass', 'LogGroupName'],
  'AWS::S3::Bucket': ['BucketName', 'BucketNamePrefix', 'BucketNamespace', 'ObjectLockEnabled'],
  'AWS::SecretsManager::Secret': ['Name'],
  'AWS::SNS::Topic': ['FifoTopic', 'TopicName'],
  'AWS::SQS::Queue': ['FifoQueue', 'QueueName'],
};

/** As they were called first. A construct that gets another name or place gives its resource another id. */
const firstIds = {
  'AWS::ECS::Cluster': ['AgentExecutionClusterABBF167E'],
  'AWS::KMS::Key': ['AgentKeysData7C38A6ED', 'AgentKeysOutput97B3DBEA'],
  'AWS::Logs::LogGroup': [
    'AgentDispatchingDispatcherLog41756A75',
    'AgentExecutionLog186B133F',
    'AgentPollingPollerLogA8C06DE9',
    'AgentReportingReporterLog2A34F2DE',
  ],
  'AWS::S3::Bucket': ['AgentStorageLedgerFA2CA66B', 'AgentStorageLogs4FEF603E', 'AgentStorageOutput06C28E86'],
  'AWS::SecretsManager::Secret': ['AgentDispatchingSettings7B69770E'],
  'AWS::SQS::Queue': [
    'AgentQueuesDeadDispatchesB32BB2A3',
    'AgentQueuesDeadKills3453C483',
    'AgentQueuesDeadReports07BE00AB',
    'AgentQueuesDispatchesEBE3432F',
    'AgentQueuesKills96A8C944',
    'AgentQueuesReports38CE1317',
  ],
} satisfies Record<string, readonly string[]>;

const secret = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-AbCdEf';
const service = { cluster: 'production', service: 'web', container: 'rails' };
const privateNetwork = {
  profile: 'private',
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
};
const isolated = { profile: 'isolated', s3PrefixList: 'pl-0123456789abcdef0' };

/** Settings that a deployment may begin with, or change to. */
const changes: Readonly<Record<string, Record<string, unknown>>> = {
  'another API': { apiUrl: 'https://runops.example.com', tags: 'prod', pollMilliseconds: 500 },
  'another token': { tokenSecret: 'runops/another-token' },
  identity: { identity: { jwkUrl: 'https://login.example.com/keys', issuer: 'https://login.example.com' } },
  policy: { policy: { runSeconds: 60, targets: { orders: { types: ['postgres'] } } } },
  redaction: { redaction: { transformations: { default: 'mask' } } },
  guardrail: { redaction: { bedrockGuardrail: { guardrail: 'abcdefghij12', version: '1' } } },
  'secrets by tag': { secrets: { by: 'tag', key: 'for', value: 'runops' } },
  'a target': { targets: { orders: { secrets: [secret], cpu: 1024, memory: 2048 } } },
  'a service': { services: [service] },
  Vault: { vault: { address: 'https://vault.example.com', login: 'aws', role: 'runops' } },
  x86: { architecture: 'x86_64' },
  'private network': { network: privateNetwork },
  'isolated network': { network: isolated },
  'longer logs': { logRetentionDays: 3650, ownLogRetention: 3653 },
  speed: { startsAtOnce: 100, pollerConcurrency: 1 },
  'an audit chain': { audit: { bucket: true } },
  tracing: { tracing: true },
  'somebody is told': { monitoring: { email: 'oncall@example.com' } },
  'no monitoring': { monitoring: false },
  boundary: { roles: { permissionsBoundary: 'arn:aws:iam::123456789012:policy/boundary' } },
};

const first = synthesize();
const before = identities(first.template);

describe('an update', () => {
  it.each(Object.entries(changes))('replaces nothing that holds data: %s', (_, settings) => {
    expect(ofBefore(identities(synthesize(settings).template))).toEqual(before);
  });

  it('with another name of the agent replaces nothing but the bus of the audit trail, which holds nothing', () => {
    const after = ofBefore(identities(synthesize({ name: 'orders' }).template));
    const buses = first.all('AWS::Events::EventBus').map(({ id }) => [id, before[id]]);
    expect({ ...after, ...Object.fromEntries(buses) }).toEqual(before);
    expect(after).not.toEqual(before);
  });

  it('of how long the audit chain is kept replaces no bucket', () => {
    const chain = (bucket: unknown) => identities(synthesize({ audit: { bucket } }).template);
    expect(chain({ retentionDays: 2557, mode: 'compliance' })).toEqual(chain(true));
  });

  it('by the plain template replaces nothing that the CDK has made', () => {
    const folder = mkdtempSync(join(tmpdir(), 'runops-plain-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const { template } = buildTemplate({ folder, images: givenImages });
    expect(ofBefore(identities(JSON.parse(template)))).toEqual(before);
  });

  it('finds what was made by the first version under its name', () => {
    for (const [type, ids] of Object.entries(firstIds)) {
      expect(first.all(type).map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
    }
  });

  it('names nothing that holds data by itself, so that what was kept is in the way of nobody', () => {
    for (const type of ['AWS::S3::Bucket', 'AWS::SQS::Queue', 'AWS::Logs::LogGroup', 'AWS::KMS::Key']) {
      for (const { properties } of first.all(type)) {
        expect(Object.keys(properties).filter((name) => /Name(Prefix)?$/.test(name))).toEqual([]);
      }
    }
  });

  it('leaves running containers the revision that they were started with', () => {
    const definitions = first.all('AWS::ECS::TaskDefinition');
    expect(definitions.length).toBeGreaterThan(0);
    for (const { policies } of definitions) expect(policies.UpdateReplacePolicy).toBe('Retain');
  });

  it('takes the roles away from running containers only where roles are called otherwise', () => {
    const task = (settings: Record<string, unknown>) =>
      identities(synthesize(settings).template).AgentRolesAllTargetsTaskCD04F9CB;
    expect(task({ roles: { prefix: 'runops-' } })).not.toEqual(task({}));
    expect(task({ roles: { path: '/runops/' } })).not.toEqual(task({}));
  });
});

describe('a removal', () => {
  it('keeps the buckets and the key of what they hold, and nothing else', () => {
    const types = new Set(
      Object.values<{ Type: string }>(Object(first.template.Resources)).map(({ Type }) => Type),
    );
    const kept = [...types]
      .flatMap((type) => first.all(type))
      .filter(({ policies }) => /^Retain/.test(policies.DeletionPolicy ?? ''));
    const [data] = firstIds['AWS::KMS::Key'];
    expect(kept.map(({ id }) => id).sort()).toEqual([data, ...firstIds['AWS::S3::Bucket']].sort());
  });
});

/** Of what there is now, what there was before. */
function ofBefore(now: Record<string, object>): Record<string, object | undefined> {
  return Object.fromEntries(Object.keys(before).map((id) => [id, now[id]]));
}

/** Each thing by its id, with what would replace it; the network's own log goes with the network. */
function identities(template: Pick<Synthesized['template'], 'Resources'>): Record<string, object> {
  const held = Object.entries<Record<string, unknown>>(Object(template.Resources)).filter(
    ([id, { Type }]) => String(Type) in replacedBy && !id.startsWith('AgentNetwork'),
  );
  return Object.fromEntries(held.map(([id, resource]) => [id, identityOf(resource)]));
}

function identityOf({ Type, Condition, UpdateReplacePolicy, Properties }: Record<string, unknown>): object {
  const fixed = (replacedBy[String(Type)] ?? []).map((name) => [name, Object(Properties)[name]]);
  return { Type, Condition, UpdateReplacePolicy, ...Object.fromEntries(fixed) };
}
