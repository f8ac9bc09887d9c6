import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../adapters/aws/parse-settings.ts';
import { parseEnvironment } from '../../core/parse-environment.ts';
import { dispatcherEnv } from '../../functions/dispatcher/env.ts';
import { pollerEnv } from '../../functions/poller/env.ts';
import { reporterEnv } from '../../functions/reporter/env.ts';
import { families } from '../../infra/image.ts';
import { allFilledIn, filledIn, type Resource, synthesize } from '../support/synthesize.ts';

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
    expect(atOnce).toEqual([10, 20, 2, 2, 2, 2].map(maximum));
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
    expect(invoked).toHaveLength(all('AWS::Lambda::Function').length);
  });
});

describe('functions', () => {
  const functions = all('AWS::Lambda::Function');
  const named = (name: string): Resource => {
    const found = functions.find(({ id }) => id.includes(name));
    if (!found) throw new Error(`There is no function ${name}.`);
    return found;
  };
  const variables = (name: string) => allFilledIn(Object(named(name).properties.Environment).Variables);

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
    expect(Object.keys(settings.taskDefinitions)).toEqual(families);
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
    const links = Object.entries(template.Outputs).filter(
      ([name]) => !/^(SelfTest|KeptAfterDeletion)$/.test(name),
    );
    for (const [, output] of links) {
      expect(JSON.stringify(output)).toContain('.console.aws.amazon.com/');
    }
  });
});
