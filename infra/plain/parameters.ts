import { CfnParameter, type CfnParameterProps, type Stack } from 'aws-cdk-lib';

interface PlainParameter extends CfnParameterProps {
  /** What the console calls it. */
  readonly label: string;
}

const address = '(https://\\S+|http://(localhost|127\\.0\\.0\\.1)(:[0-9]+)?(/\\S*)?)';
const orNothing = (pattern: string) => `^(${pattern})?$`;
const optional = { type: 'String', default: '' };

/** All parameters of the template in the groups in which the console shows them. One of them has no default. */
const groups = {
  'The agent': {
    AgentToken: {
      label: 'Agent token (the one thing to fill in)',
      description:
        "The organisation's agent token, which `runops agents create-token -f` prints. It goes into a secret of its " +
        'own, which no container can read.',
      ...{ type: 'String', noEcho: true, minLength: 8, allowedPattern: '^[\\x21-\\x7e]+$' },
      constraintDescription: 'must be the token itself: 8 characters or more, without spaces or line ends.',
    },
    ApiUrl: {
      label: 'Address of the Runops API',
      description: 'The agent asks it for tasks, outbound only.',
      ...{ type: 'String', default: 'https://api.runops.io', allowedPattern: `^${address}$` },
      constraintDescription: 'must be an address that begins with https://.',
    },
    Tags: {
      label: "Tag of this agent's targets",
      description: 'The agent runs the targets with this tag. Empty: those that have none.',
      ...{ ...optional, maxLength: 256, allowedPattern: '^\\S*$' },
      constraintDescription: 'must be one tag without spaces, at most 256 characters.',
    },
  },
  'Who may ask, and for what': {
    JwkUrl: {
      label: 'Keys of your identity provider',
      description:
        'The address of its key set (JWKS). With it nothing runs unless the user of the task is verified. Empty: the ' +
        'API is believed.',
      ...{ ...optional, allowedPattern: orNothing(address) },
      constraintDescription: 'must be empty or an address that begins with https://.',
    },
    JwtIssuer: {
      label: 'Issuer of the tokens of users',
      description: 'Who must have issued a token (its claim `iss`). Empty: anybody with these keys.',
      ...{ ...optional, allowedPattern: '^\\S*$' },
      constraintDescription: 'must be empty or an issuer without spaces.',
    },
    JwtAudience: {
      label: 'Audience of the tokens of users',
      description: 'For whom a token must have been issued (its claim `aud`). Empty: for anybody.',
      ...{ ...optional, allowedPattern: '^\\S*$' },
      constraintDescription: 'must be empty or an audience without spaces.',
    },
    Policy: {
      label: 'Policy',
      description:
        'What may run and within which limits, as the JSON of docs/policy.md, such as {"runSeconds": 600}. Empty: ' +
        'all types, for an hour, 100 MiB of output.',
      ...{ ...optional, maxLength: 4096, allowedPattern: orNothing('\\s*\\{[\\s\\S]*\\}\\s*') },
      constraintDescription: 'must be empty or a JSON object, from { to }.',
    },
  },
  'Where tasks run': {
    SubnetIds: {
      label: 'Subnets of yours',
      description:
        'Ids of 1 to 16 subnets of one VPC with commas between them, which reach the internet or the endpoints of ' +
        'AWS. Empty: a VPC of its own without a NAT gateway. Nothing is let in, in either.',
      ...{ ...optional, allowedPattern: orNothing(listOf('subnet-[0-9a-f]{8,17}', 16)) },
      constraintDescription: 'must be empty or look like subnet-0123456789abcdef0,subnet-0123456789abcdef1.',
    },
  },
  'Who is told': {
    AlarmEmail: {
      label: 'Address for alarms',
      description:
        'Alarms are mailed to it once its reader has confirmed. Empty: they are in the console alone.',
      ...{ ...optional, maxLength: 254, allowedPattern: orNothing('[^\\s@]+@[^\\s@]+\\.[^\\s@]+') },
      constraintDescription: 'must be empty or the address of one mailbox.',
    },
    MonthlyBudgetDollars: {
      label: 'Budget for a month, in US dollars',
      description:
        'The address above hears when the agent has cost 80 % of it, and when a month is going to cost all of it. 0: ' +
        'no budget. The tag runops-agent has to be activated once: docs/operations.md.',
      ...{ type: 'Number', default: 0, minValue: 0 },
      constraintDescription: 'must be a number of dollars, or 0.',
    },
  },
} as const satisfies Record<string, Record<string, PlainParameter>>;

type Groups = typeof groups;
type ParameterName = { [Group in keyof Groups]: keyof Groups[Group] }[keyof Groups];

/** Adds the parameters to a template, with what the console needs to explain them. */
export function plainParameters(stack: Stack): Record<ParameterName, CfnParameter> {
  const described = Object.entries<Record<string, PlainParameter>>(groups);
  const entries = described.flatMap(([, parameters]) => Object.entries(parameters));
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-cloudformation-interface.html
  stack.addMetadata('AWS::CloudFormation::Interface', {
    ParameterGroups: described.map(([label, parameters]) => ({
      Label: { default: label },
      Parameters: Object.keys(parameters),
    })),
    ParameterLabels: Object.fromEntries(entries.map(([name, { label }]) => [name, { default: label }])),
  });
  const made = entries.map(([name, { label: _, ...props }]) => [name, new CfnParameter(stack, name, props)]);
  return Object.fromEntries(made);
}

function listOf(pattern: string, countMax: number): string {
  return `${pattern}(,${pattern}){0,${countMax - 1}}`;
}
