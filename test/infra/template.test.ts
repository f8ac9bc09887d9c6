import { describe, expect, it } from 'vitest';
import { parseEnv } from '../../containers/runner/env.ts';
import { parseEnvironment } from '../../core/parse-environment.ts';
import { dispatcherEnv } from '../../functions/dispatcher/env.ts';
import { parseSettings } from '../../functions/dispatcher/parse-settings.ts';
import { pollerEnv } from '../../functions/poller/env.ts';
import { reporterEnv } from '../../functions/reporter/env.ts';
import { filledIn, type Resource, synthesize } from '../support/synthesize.ts';

const { all, template } = synthesize({
  identity: { jwkUrl: 'https://id.example.com/keys', issuer: 'https://id.example.com/' },
  targets: {
    orders: {
      secrets: ['arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-AbCdEf'],
      types: ['postgres'],
    },
    reports: { cpu: 1024, memory: 4096, securityGroups: ['sg-0123456789abcdef0'] },
  },
  redaction: { transformations: { default: 'mask' } },
});

describe('queues', () => {
  const queues = all('AWS::SQS::Queue');
  const settings = (part: string) => queues.find(({ id }) => id.includes(`Queues${part}`))?.properties;

  it('are six, all of them FIFO', () => {
    expect(queues).toHaveLength(6);
    for (const { properties } of queues)
      expect(properties).toMatchObject({ FifoQueue: true, SqsManagedSseEnabled: true });
  });

  it('hide a message longer than its function works on it, and let it die after five tries', () => {
    for (const [part, seconds] of [
      ['Dispatches', 150],
      ['Kills', 150],
      ['Reports', 930],
    ] as const) {
      expect(settings(part)).toMatchObject({
        VisibilityTimeout: seconds,
        RedrivePolicy: { maxReceiveCount: 5 },
      });
      expect(settings(`Dead${part}`)).toMatchObject({
        VisibilityTimeout: 930,
        MessageRetentionPeriod: 14 * 86_400,
      });
    }
  });

  it('hand over one message at a time, and no more at once than is said', () => {
    const mappings = all('AWS::Lambda::EventSourceMapping').map(({ properties }) => properties);
    expect(mappings.every(({ BatchSize }) => BatchSize === 1)).toBe(true);
    const atOnce = mappings.map(({ ScalingConfig }) => JSON.stringify(ScalingConfig)).sort();
    const maximum = (count: number) => `{"MaximumConcurrency":${count}}`;
    expect(atOnce).toEqual([10, 2, 2, 2, 2, 20].map(maximum));
  });
});

describe('buckets', () => {
  const buckets = all('AWS::S3::Bucket');
  const named = (part: string) => buckets.find(({ id }) => id.includes(`Storage${part}`))?.properties;
  const policyOf = (part: string) =>
    JSON.stringify(all('AWS::S3::BucketPolicy').find(({ id }) => id.includes(`Storage${part}`))?.properties);

  it('are closed to the public, encrypted with keys of ours, and stay when the stack goes', () => {
    expect(buckets).toHaveLength(3);
    for (const { properties, policies } of buckets) {
      expect(policies.DeletionPolicy).toBe('Retain');
      expect(properties).toMatchObject({
        PublicAccessBlockConfiguration: {
          ...{
            BlockPublicAcls: true,
            BlockPublicPolicy: true,
            IgnorePublicAcls: true,
            RestrictPublicBuckets: true,
          },
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      });
      expect(JSON.stringify(properties.BucketEncryption)).toMatch(/"BucketKeyEnabled":true.*"aws:kms"/);
    }
  });

  it('are spoken to with TLS only', () => {
    for (const part of ['Ledger', 'Output', 'Logs']) {
      expect(policyOf(part)).toContain('{"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny"');
    }
  });

  it('keep claims for ever, and let nobody delete or replace one', () => {
    expect(JSON.stringify(named('Ledger')?.LifecycleConfiguration)).not.toContain('executions');
    expect(policyOf('Ledger')).toMatch(
      /"s3:DeleteObject","s3:DeleteObjectVersion"\],"Effect":"Deny","Principal":\{"AWS":"\*"\}.*executions\/\*/,
    );
    expect(policyOf('Ledger')).toContain('{"Null":{"s3:if-none-match":"true"}},"Effect":"Deny"');
  });

  it('forget raw output after two days, work after thirty and logs when the customer says so', () => {
    const days = (properties: Record<string, unknown> | undefined) =>
      JSON.stringify(properties).match(/"ExpirationInDays":\d+/g);
    expect(days(named('Output'))).toEqual(['"ExpirationInDays":2']);
    expect(days(named('Ledger'))).toEqual(['"ExpirationInDays":30', '"ExpirationInDays":30']);
    expect(days(named('Logs'))).toEqual(['"ExpirationInDays":365']);
  });

  it('tell EventBridge of new records without a function of CDK', () => {
    const eventBridge = { EventBridgeConfiguration: { EventBridgeEnabled: true } };
    expect(named('Ledger')).toMatchObject({ NotificationConfiguration: eventBridge });
    expect(all('AWS::Lambda::Function')).toHaveLength(3);
  });
});

describe('keys', () => {
  it('are two, and change every year', () => {
    const keys = all('AWS::KMS::Key').map(({ properties }) => properties.EnableKeyRotation);
    expect(keys).toEqual([true, true]);
  });
});

describe('schedules', () => {
  it('come each minute, and none is made up for', () => {
    const schedules = all('AWS::Scheduler::Schedule');
    expect(schedules).toHaveLength(2);
    for (const { properties } of schedules) {
      expect(properties).toMatchObject({
        ScheduleExpression: 'rate(1 minute)',
        Target: { RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 } },
      });
    }
    const invoked = all('AWS::Lambda::EventInvokeConfig').map(({ properties }) => properties);
    for (const config of invoked) {
      expect(config).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
    }
    expect(invoked).toHaveLength(3);
  });
});

describe('functions', () => {
  const functions = all('AWS::Lambda::Function');
  const named = (name: string): Resource => {
    const found = functions.find(({ id }) => id.includes(name));
    if (!found) throw new Error(`There is no function ${name}.`);
    return found;
  };
  const variables = (name: string) => environmentOf(Object(named(name).properties.Environment).Variables);

  it('run in Node 24 on arm64, for as long as their queues hide a message', () => {
    for (const { properties } of functions) {
      expect(properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
      });
      expect(properties).not.toHaveProperty('ReservedConcurrentExecutions');
    }
    const timeouts = ['Poller', 'Dispatcher', 'Reporter'].map((name) => named(name).properties.Timeout);
    expect(timeouts).toEqual([120, 120, 900]);
  });

  it('are told what their own contracts want', () => {
    expect(parseEnvironment(pollerEnv, variables('Poller'), 'The poller').CAPABILITIES).toContain(
      'postgres-csv',
    );
    const dispatcher = parseEnvironment(dispatcherEnv, variables('Dispatcher'), 'The dispatcher');
    expect(dispatcher).toMatchObject({
      LEASE_SECONDS: 120,
      JWK_VERIFY: true,
      JWT_ISSUER: 'https://id.example.com/',
    });
    const reporter = parseEnvironment(reporterEnv, variables('Reporter'), 'The reporter');
    expect(reporter.RUNOPS_REDACTION).toBe('{"default":"mask"}');
  });

  it('show in CloudTrail who called', () => {
    expect(['Poller', 'Dispatcher', 'Reporter'].map((name) => variables(name).AWS_SDK_UA_APP_ID)).toEqual([
      ...['runops-poller', 'runops-dispatcher', 'runops-reporter'],
    ]);
  });
});

describe('the settings of the dispatcher', () => {
  const [secret] = all('AWS::SecretsManager::Secret');
  const settings = parseSettings(filledIn(secret?.properties.SecretString));

  it('are what it reads', () => {
    expect(Object.keys(settings.taskDefinitions)).toEqual(['mysql', 'node', 'postgres', 'python', 'shell']);
    expect(settings.network.publicIp).toBe(true);
    expect(settings.policy.targets).toEqual({ orders: { types: ['postgres'] } });
  });

  it('give roles of its own to a target that names its secrets, and a size or a network to one that wants it', () => {
    expect(settings.targets.orders?.taskRole).toMatch(/TargetordersTask/);
    expect(settings.targets.orders?.executionRole).toMatch(/TargetordersExecution/);
    expect(settings.targets.reports).toMatchObject({ cpu: 1024, memory: 4096 });
    expect(settings.targets.reports?.network?.securityGroups).toContain('sg-0123456789abcdef0');
    expect(settings.targets.reports).not.toHaveProperty('taskRole');
  });
});

describe('task definitions', () => {
  const definitions = all('AWS::ECS::TaskDefinition');

  it.for(definitions)('harden $id', ({ properties, policies }) => {
    const [container, ...others] = Object(properties).ContainerDefinitions;
    expect(others).toEqual([]);
    expect(properties).toMatchObject({
      ...{
        NetworkMode: 'awsvpc',
        RuntimePlatform: { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
      },
    });
    expect(container).toMatchObject({
      ...{ Name: 'runner', ReadonlyRootFilesystem: true, Privileged: false, StopTimeout: 60 },
      LogConfiguration: { LogDriver: 'awslogs', Options: { mode: 'blocking' } },
      LinuxParameters: { InitProcessEnabled: true },
    });
    for (const absent of ['Secrets', 'User', 'MountPoints', 'RestartPolicy'])
      expect(container).not.toHaveProperty(absent);
    expect(container.Image).toMatch(/@sha256:/);
    const { Capabilities, Tmpfs } = container.LinuxParameters;
    for (const needed of ['CHOWN', 'KILL', 'SETGID', 'SETUID', 'ALL'])
      expect(Capabilities.Drop).not.toContain(needed);
    expect(Capabilities).not.toHaveProperty('Add');
    expect(Capabilities.Drop).toHaveLength(33);
    expect(Tmpfs.map((mount: { ContainerPath: string }) => mount.ContainerPath)).toEqual([
      '/scratch',
      '/tmp',
    ]);
    expect(policies.UpdateReplacePolicy).toBe('Retain');
  });

  it('tell the runner what its own contract wants', () => {
    for (const { properties } of definitions) {
      const [container] = Object(properties).ContainerDefinitions;
      const entries = container.Environment.map(({ Name, Value }: { Name: string; Value: unknown }) => [
        Name,
        Value,
      ]);
      const environment = environmentOf(Object.fromEntries(entries));
      expect(parseEnv({ ...environment, RUNOPS_EXECUTION_ID: '1' }).RUNOPS_LEDGER).toMatch(/^s3:/);
      expect(environment.AWS_SDK_UA_APP_ID).toBe('runops-runner');
    }
  });

  it('are for x86-64 when asked', () => {
    const [definition] = synthesize({ architecture: 'x86_64' }).all('AWS::ECS::TaskDefinition');
    expect(definition?.properties.RuntimePlatform).toMatchObject({ CpuArchitecture: 'X86_64' });
  });
});

describe('the network', () => {
  it('lets nothing in', () => {
    expect(all('AWS::EC2::SecurityGroupIngress')).toEqual([]);
    for (const { properties } of all('AWS::EC2::SecurityGroup')) {
      expect(properties).not.toHaveProperty('SecurityGroupIngress');
    }
    expect(JSON.stringify(template)).not.toMatch(
      /AWS::Lambda::Url|AWS::ApiGateway|LoadBalancer|AWS::EC2::NatGateway/,
    );
  });
});

describe('the outputs', () => {
  it('lead to the pages of the console that one wants next', () => {
    const names = Object.keys(template.Outputs);
    expect(names).toEqual(
      expect.arrayContaining(['PollerLogs', 'Waiting', 'Containers', 'Ledger', 'Logs', 'Settings']),
    );
    for (const output of Object.values(template.Outputs)) {
      expect(JSON.stringify(output)).toContain('.console.aws.amazon.com/');
    }
  });
});

function environmentOf(variables: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, filledIn(value)]));
}
