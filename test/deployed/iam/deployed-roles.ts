import type { Emulator } from '../../support/emulator.ts';
import type { SimulatedRole } from '../../support/iam-simulation.ts';
import { formCall } from '../aws/signed-fetch.ts';
import { emulatedAccount } from '../emulated-account.ts';
import type { Template } from '../prune-template.ts';

/** The synthesized roles, by their logical ids, with every reference filled in by what was deployed for it. */
export async function deployedRoles(
  emulator: Emulator,
  stack: string,
  { Resources }: Template,
): Promise<Map<string, SimulatedRole>> {
  const names = await physicalNames(emulator, stack);
  const { region } = emulator.clientOptions;
  const fill = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value !== 'object' || value === null) return value;
    const [[name = '', content] = []] = Object.entries(value);
    if (name === 'Ref') return refers(String(content));
    if (name === 'Fn::GetAtt') return arnOf(String([content].flat()[0]));
    if (name === 'Fn::Join' && Array.isArray(content)) return content[1].map(fill).join(content[0]);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner)]));
  };
  const refers = (id: string): string => {
    const pseudo: Record<string, string> = {
      ...{ 'AWS::Partition': 'aws', 'AWS::Region': region, 'AWS::AccountId': emulatedAccount },
      ...{ 'AWS::URLSuffix': 'amazonaws.com' },
      'AWS::StackId': `arn:aws:cloudformation:${region}:${emulatedAccount}:stack/${stack}/*`,
    };
    // `Ref` of these is the ARN on AWS.
    const isArn = /SecretsManager::Secret|ECS::TaskDefinition/.test(Resources[id]?.Type ?? '');
    return pseudo[id] ?? (isArn ? arnOf(id) : (names.get(id) ?? id));
  };
  const arnOf = (id: string): string => {
    const name = names.get(id) ?? id;
    if (name.startsWith('arn:')) return name;
    const place = `${region}:${emulatedAccount}`;
    switch (Resources[id]?.Type) {
      case 'AWS::S3::Bucket':
        return `arn:aws:s3:::${name}`;
      case 'AWS::IAM::Role':
        return `arn:aws:iam::${emulatedAccount}:role/${name}`;
      case 'AWS::SQS::Queue':
        return `arn:aws:sqs:${place}:${name.split('/').at(-1)}`;
      case 'AWS::Events::EventBus':
        return `arn:aws:events:${place}:event-bus/${name}`;
      case 'AWS::KMS::Key':
        return `arn:aws:kms:${place}:key/${name}`;
      case 'AWS::SecretsManager::Secret':
        return `arn:aws:secretsmanager:${place}:secret:${name}-??????`;
      case 'AWS::ECS::Cluster':
        return `arn:aws:ecs:${place}:cluster/${name}`;
      default:
        return `arn:aws:service:${place}:${name}`;
    }
  };
  const policies = Object.values(Resources).filter(({ Type }) => Type === 'AWS::IAM::Policy');
  return new Map(
    Object.entries(Resources).flatMap(([id, { Type, Properties }]): [string, SimulatedRole][] => {
      if (Type !== 'AWS::IAM::Role') return [];
      const inline = [Object(Properties).Policies ?? []].flat();
      const attached = policies
        .map((policy) => Object(policy.Properties))
        .filter(({ Roles }) => JSON.stringify(Roles).includes(`"${id}"`));
      const statements = [...inline, ...attached].flatMap(({ PolicyDocument }) =>
        fill(PolicyDocument.Statement),
      );
      return [[id, { name: id, statements: statements.map(Object) }]];
    }),
  );
}

async function physicalNames(emulator: Emulator, StackName: string): Promise<Map<string, string>> {
  const input = { Action: 'DescribeStackResources', Version: '2010-05-15', StackName };
  const xml = await formCall(emulator, 'cloudformation', input);
  const members = xml.split(/<member>/).slice(1);
  return new Map(
    members.map((member) => [
      /<LogicalResourceId>([^<]*)/.exec(member)?.[1] ?? '',
      /<PhysicalResourceId>([^<]*)/.exec(member)?.[1] ?? '',
    ]),
  );
}
