import { describe, expect, it } from 'vitest';
import { builtTemplate } from '../../support/plain-template.ts';

const { json, template } = builtTemplate();
const parameters = Object.entries(json.Parameters);

describe('the parameters of the plain template', () => {
  it('are ten at most, one of which has to be filled in and is shown nowhere', () => {
    expect(parameters.length).toBeLessThanOrEqual(10);
    const required = parameters.filter(([, { Default }]) => Default === undefined);
    expect(required).toEqual([['AgentToken', expect.objectContaining({ NoEcho: true })]]);
  });

  it('are each in one group of the console, with a name and a description', () => {
    const { ParameterGroups, ParameterLabels } = Object(JSON.parse(template).Metadata)[
      'AWS::CloudFormation::Interface'
    ];
    const grouped = ParameterGroups.flatMap((group: { Parameters: string[] }) => group.Parameters);
    expect(grouped).toEqual(parameters.map(([name]) => name));
    expect(Object.keys(ParameterLabels)).toEqual(grouped);
    for (const [, { Description }] of parameters) expect(String(Description).length).toBeGreaterThan(40);
  });

  it('say what is wrong with a value', () => {
    for (const [, { AllowedPattern, ConstraintDescription, MinValue }] of parameters) {
      expect(AllowedPattern ?? MinValue).toBeDefined();
      expect(ConstraintDescription).toMatch(/^must be /);
    }
  });

  it('take their own defaults', () => {
    for (const [name, { Default }] of parameters)
      if (Default !== undefined) expect(takes(name, Default)).toBe(true);
  });

  const subnet = 'subnet-0123456789abcdef0';
  it.each([
    ['AgentToken', 'x-agt-0123456789'],
    ['ApiUrl', 'https://runops.example.com/api'],
    ['ApiUrl', 'http://127.0.0.1:8080'],
    ['Tags', 'prod'],
    ['JwkUrl', 'https://login.example.com/keys'],
    ['Policy', '{"runSeconds": 600}'],
    ['Policy', '{\n  "targets": {\n    "a": {}\n  }\n}\n'],
    ['SubnetIds', subnet],
    ['SubnetIds', Array(16).fill(subnet).join()],
    ['AlarmEmail', 'oncall@example.com'],
    ['MonthlyBudgetDollars', '100'],
  ])('take for %s the value %j', (name, value) => {
    expect(takes(name, value)).toBe(true);
  });

  it.each([
    ['AgentToken', ''],
    ['AgentToken', 'x-agt-0123456789\n'],
    ['ApiUrl', ''],
    ['ApiUrl', 'http://runops.example.com'],
    ['ApiUrl', 'http://127.0.0.1.example.com'],
    ['Tags', 'prod eu'],
    ['JwkUrl', 'login.example.com'],
    ['Policy', 'runSeconds: 600'],
    ['SubnetIds', 'vpc-0123456789abcdef0'],
    ['SubnetIds', `${subnet} ${subnet}`],
    ['SubnetIds', `${subnet},`],
    ['SubnetIds', Array(17).fill(subnet).join()],
    ['AlarmEmail', 'oncall'],
    ['MonthlyBudgetDollars', '-1'],
    ['MonthlyBudgetDollars', 'many'],
  ])('do not take for %s the value %j', (name, value) => {
    expect(takes(name, value)).toBe(false);
  });
});

/** As CloudFormation looks at it: the pattern has to be that of the whole. */
function takes(name: string, value: unknown): boolean {
  const { Type, AllowedPattern, MinLength = 0, MaxLength = 4096, MinValue } = json.Parameters[name] ?? {};
  if (Type === 'Number') return Number(value) >= Number(MinValue);
  const text = String(value);
  const fits = text.length >= Number(MinLength) && text.length <= Number(MaxLength);
  return fits && new RegExp(`^(?:${AllowedPattern})$`).test(text);
}

describe('half an identity', () => {
  it('is refused before anything is made', () => {
    const { Rules } = JSON.parse(template);
    expect(Rules.IdentityHasKeys).toEqual({
      RuleCondition: { 'Fn::Or': [filled('JwtIssuer'), filled('JwtAudience')] },
      Assertions: [
        { Assert: filled('JwkUrl'), AssertDescription: expect.stringContaining('fill in JwkUrl too') },
      ],
    });
  });
});

function filled(name: string) {
  return { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: name }, ''] }] };
}
