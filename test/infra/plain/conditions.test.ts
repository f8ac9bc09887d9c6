import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../../adapters/aws/parse-settings.ts';
import { fillTemplate, referencesIn } from '../../support/fill-template.ts';
import { builtTemplate } from '../../support/plain-template.ts';
import { filledIn, synthesize } from '../../support/synthesize.ts';

const { json } = builtTemplate();
const subnets = 'subnet-0123456789abcdef0,subnet-0123456789abcdef1';
const choices = {
  SubnetIds: ['', subnets],
  JwkUrl: ['', 'https://login.example.com/keys'],
  AlarmEmail: ['', 'oncall@example.com'],
  MonthlyBudgetDollars: ['0', '100'],
};
const combinations = Object.entries(choices).reduce<Record<string, string>[]>(
  (before, [name, values]) => before.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
  [{}],
);

describe('the plain template with', () => {
  it.each(combinations)('%j refers to nothing that is not made', (parameters) => {
    const { Resources, Outputs } = fillTemplate(json, parameters);
    const known = new Set(Object.keys(Resources));
    const dangling = Object.entries({ ...Resources, Outputs }).flatMap(([id, part]) =>
      referencesIn(part)
        .filter((name) => !known.has(name))
        .map((name) => `${id} refers to ${name}`),
    );
    expect(dangling).toEqual([]);
    const orders = Object.values(Resources).flatMap(({ DependsOn = [] }) => DependsOn);
    expect(orders.filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('the subnets', () => {
  it('are those of a VPC of its own when none are given', () => {
    const { Resources } = fillTemplate(json, {});
    expect(typesIn(Resources)).toMatchObject({
      ...{
        'AWS::EC2::VPC': 1,
        'AWS::EC2::Subnet': 2,
        'AWS::EC2::InternetGateway': 1,
        'AWS::EC2::FlowLog': 1,
      },
      'AWS::EC2::SecurityGroup': 1,
    });
  });

  it('are the given ones, with nothing in their VPC but a security group that lets nothing in', () => {
    const { Resources } = fillTemplate(json, { SubnetIds: subnets });
    const network = Object.entries(typesIn(Resources)).filter(([type]) => type.startsWith('AWS::EC2::'));
    expect(network).toEqual([['AWS::EC2::SecurityGroup', 1]]);
    const [group] = Object.values(Resources).filter(({ Type }) => Type === 'AWS::EC2::SecurityGroup');
    expect(group?.Properties).not.toHaveProperty('SecurityGroupIngress');
    expect(JSON.stringify(group?.Properties?.VpcId)).toContain('VpcId');
  });
});

describe('an identity', () => {
  const verifying = (parameters: Record<string, string>) => {
    const functions = Object.values(fillTemplate(json, parameters).Resources)
      .filter(({ Type }) => Type === 'AWS::Lambda::Function')
      .map(({ Properties }) => Object(Properties?.Environment).Variables?.JWK_VERIFY);
    return new Set(functions.filter((value) => value !== undefined));
  };

  it('is told to the API when there are keys, and when there are none', () => {
    expect(verifying({ JwkUrl: 'https://login.example.com/keys' })).toEqual(new Set(['true']));
    expect(verifying({})).toEqual(new Set(['false']));
  });
});

describe('alarms', () => {
  const toldOf = (parameters: Record<string, string>) => {
    const { Resources } = fillTemplate(json, parameters);
    const alarms = Object.values(Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
    const telling = alarms.filter(({ Properties }) => [Properties?.AlarmActions ?? []].flat().length > 0);
    return { alarms: alarms.length, telling: telling.length, topics: typesIn(Resources)['AWS::SNS::Topic'] };
  };

  it('are mailed by a topic when there is an address, and have no topic without', () => {
    const { alarms } = toldOf({});
    // The two parts of the heartbeat tell through an alarm that has them in it.
    expect(toldOf({ AlarmEmail: 'oncall@example.com' })).toEqual({ alarms, telling: alarms - 2, topics: 1 });
    expect(toldOf({})).toEqual({ alarms, telling: 0, topics: undefined });
  });
});

describe('the budget', () => {
  const budgetsWith = (parameters: Record<string, string>) =>
    Object.values(fillTemplate(json, parameters).Resources).filter(
      ({ Type }) => Type === 'AWS::Budgets::Budget',
    );

  it('is there when it has dollars, and tells whoever is mailed', () => {
    expect(budgetsWith({})).toEqual([]);
    const [silent] = budgetsWith({ MonthlyBudgetDollars: '100' });
    expect(silent?.Properties).toMatchObject({ Budget: { BudgetLimit: { Amount: '100', Unit: 'USD' } } });
    expect(silent?.Properties).not.toHaveProperty('NotificationsWithSubscribers');
    const [told] = budgetsWith({ MonthlyBudgetDollars: '100', AlarmEmail: 'oncall@example.com' });
    expect(told?.Properties?.NotificationsWithSubscribers).toHaveLength(2);
  });
});

describe('what holds data', () => {
  const kept = ['AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::SecretsManager::Secret'];
  const parametersIn = (value: unknown) => referencesIn(value).filter((name) => name in json.Parameters);

  it('depends on no parameter, so that a change of one replaces nothing, but for the texts of secrets', () => {
    for (const { Type, Properties, Condition } of Object.values(json.Resources)) {
      if (!kept.includes(Type)) continue;
      const { SecretString: _, ...others } = Properties ?? {};
      expect(parametersIn(others)).toEqual([]);
      expect(Condition).toBeUndefined();
    }
  });

  it('has the names that it has in the stack of the CDK app, so that one can take over from the other', () => {
    const { all } = synthesize();
    for (const type of ['AWS::S3::Bucket', 'AWS::KMS::Key']) {
      const plain = Object.entries(json.Resources).filter(([, { Type }]) => Type === type);
      expect(plain.map(([id]) => id)).toEqual(all(type).map(({ id }) => id));
    }
  });

  it('is told, by name, as what stays when the stack goes', () => {
    const { Value } = Object(json.Outputs.KeptAfterDeletion);
    const staying = Object.entries(json.Resources).filter(
      ([, resource]) => Object(resource).DeletionPolicy === 'RetainExceptOnCreate',
    );
    expect(referencesIn(Value).sort()).toEqual(staying.map(([id]) => id).sort());
  });
});

describe('the token', () => {
  it('goes into its secret and nowhere else, under a name that no container can read', () => {
    const holders = Object.entries(json.Resources).filter(([, part]) =>
      referencesIn(part).includes('AgentToken'),
    );
    expect(holders).toEqual([
      [expect.stringMatching(/^Token/), expect.objectContaining({ Type: 'AWS::SecretsManager::Secret' })],
    ]);
    expect(holders[0]?.[1].Properties).not.toHaveProperty('Name');
    expect(JSON.stringify(json.Outputs)).not.toContain('AgentToken');
  });
});

describe('the dispatcher', () => {
  // What the preflight finds out of the subnets.
  const lookedUp = /\{"Fn::GetAtt":\["AgentPreflight\w+","PublicIp"\]\}/;
  const settingsWith = (parameters: Record<string, string>) => {
    const secrets = Object.entries(fillTemplate(json, parameters).Resources).filter(([id]) =>
      /^AgentDispatchingSettings/.test(id),
    );
    const written = JSON.stringify(secrets[0]?.[1].Properties?.SecretString);
    return parseSettings(filledIn(JSON.parse(written.replace(lookedUp, '"false"'))));
  };

  it('reads the policy as it was filled in, and the default one when it was not', () => {
    const policy = { runSeconds: 600, targets: { 'caf\u00e9 "1"': { allowUnredacted: true } } };
    expect(settingsWith({ Policy: JSON.stringify(policy) }).policy).toEqual(policy);
    expect(settingsWith({}).policy).toEqual({ targets: {} });
  });

  it('refuses a policy that is none, and says where to read about it', () => {
    expect(() => settingsWith({ Policy: '{"runSeconds": "long"}' })).toThrow(
      /^The policy is not valid: runSeconds: must be a number. See docs\/policy.md.$/,
    );
  });

  it('reads which subnets there are, and whether containers need an address to get out', () => {
    expect(settingsWith({ SubnetIds: subnets }).network).toMatchObject({
      ...{ subnets: subnets.split(','), publicIp: false },
    });
    const { network } = settingsWith({});
    expect(network.subnets).toHaveLength(2);
    expect(network.publicIp).toBe(true);
  });
});

function typesIn(resources: Record<string, { Type: string }>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { Type } of Object.values(resources)) counts[Type] = (counts[Type] ?? 0) + 1;
  return counts;
}
