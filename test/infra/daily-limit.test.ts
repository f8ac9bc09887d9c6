import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../adapters/aws/parse-settings.ts';
import { parseEnvironment } from '../../core/parse-environment.ts';
import { reporterEnv } from '../../functions/reporter/env.ts';
import { allFilledIn, filledIn, synthesize } from '../support/synthesize.ts';

const limited = synthesize({ policy: { dailyVcpuMinutes: 600 } });
const reporter = limited.all('AWS::Lambda::Function').find(({ id }) => id.includes('Reporter'));

/** What a function may do with which objects, by its own policy for the limit. */
function permissionsOf(name: string): string[] {
  const policy = limited.all('AWS::IAM::Policy').find(({ id }) => id.includes(`DailyLimit${name}`));
  const statements: { Action: string; Resource: unknown }[] = Object(
    policy?.properties.PolicyDocument,
  ).Statement;
  return statements.flatMap(({ Action, Resource }) =>
    [Resource].flat().map((one) => `${Action} ${filledIn(one).replace(/^.*?\//, '')}`),
  );
}

describe('the daily limit', () => {
  it('leaves no trace in the template when there is none', () => {
    expect(JSON.stringify(synthesize().template)).not.toMatch(/DailyLimit|DAILY_LIMIT|daily-limit|TasksHeld/);
  });

  it('lets the dispatcher reserve and take back, and the reporter write down what was used, and no more', () => {
    expect(permissionsOf('Dispatcher')).toEqual([
      ...['s3:PutObject usage/*/reserved-*', 's3:PutObject usage/*/over', 's3:PutObject work/*/held-*'],
      's3:DeleteObject usage/*/reserved-*',
    ]);
    expect(permissionsOf('Reporter')).toEqual(['s3:PutObject usage/*/used-*', 's3:PutObject usage/*/over']);
  });

  it('is told to the functions', () => {
    const [secret] = limited.all('AWS::SecretsManager::Secret');
    expect(parseSettings(filledIn(secret?.properties.SecretString)).policy.dailyVcpuMinutes).toBe(600);
    const variables = allFilledIn(Object(reporter?.properties.Environment).Variables);
    expect(parseEnvironment(reporterEnv, variables, 'The reporter').DAILY_LIMIT).toBe('true');
  });

  it('is on the dashboard beside the cost', () => {
    const [dashboard] = limited.all('AWS::CloudWatch::Dashboard');
    expect(filledIn(dashboard?.properties.DashboardBody)).toContain('"TasksHeld"');
  });

  it('must have room for each single task', () => {
    const withLimit = (policy: object, targets = {}) =>
      synthesize({ policy: { dailyVcpuMinutes: 20, ...policy }, targets });
    expect(() => withLimit({})).toThrow(/one task may use 30 vCPU minutes/);
    expect(() => withLimit({ runSeconds: 600 })).not.toThrow();
    const big = { big: { cpu: 4096, memory: 8192 } };
    expect(() => withLimit({ runSeconds: 600 }, big)).toThrow(/one task of the target "big" may use 40 vCPU/);
    const patient = { runSeconds: 600, targets: { patient: { runSeconds: 3600 } } };
    expect(() => withLimit(patient)).toThrow(/one task of the target "patient" may use 30 vCPU minutes/);
  });

  it('must be a number of minutes', () => {
    for (const dailyVcpuMinutes of [0, -1, 'many', null]) {
      expect(() => synthesize({ policy: { dailyVcpuMinutes } })).toThrow(/dailyVcpuMinutes/);
    }
    expect(() => synthesize({ policy: { targets: { one: { dailyVcpuMinutes: 5 } } } })).toThrow(
      /dailyVcpuMinutes/,
    );
  });
});
