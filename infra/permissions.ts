import { Stack } from 'aws-cdk-lib';
import {
  type Conditions,
  Effect,
  type IPrincipal,
  Policy,
  PolicyDocument,
  PolicyStatement,
  Role,
} from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { acknowledge, inBothStandards } from './acknowledge.ts';

/** One permission, with the reason for the stars in its resources. */
export interface Permission {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Conditions;
  /** What the star stands for, and why the caller needs all of it. */
  readonly star?: string;
  /** Not even when another statement allows it. */
  readonly denied?: true;
}

/** @throws when a resource has a star and nobody says why. */
export function allow(
  actions: readonly string[],
  resources: readonly string[],
  { conditions = {}, star }: { conditions?: Conditions; star?: string } = {},
): Permission {
  const unexplained = resources.find((resource) => /[*?]/.test(resource));
  if (unexplained !== undefined && !star)
    throw new RangeError(`Say why ${actions.join()} is for ${unexplained}.`);
  return { actions, resources, conditions, ...(star && { star }) };
}

/** The use of keys by way of one service: `s3` or `secretsmanager`. */
export function allowKeys(service: string, actions: readonly string[], keys: readonly IKey[]): Permission[] {
  const [first] = keys;
  if (!first) return [];
  const viaService = `${service}.${Stack.of(first).region}.${Stack.of(first).urlSuffix}`;
  const conditions = { StringEquals: { 'kms:ViaService': viaService } };
  return [
    allow(
      actions,
      keys.map((key) => key.keyArn),
      { conditions },
    ),
  ];
}

export interface PermittedRoleProps {
  readonly description: string;
  readonly assumedBy: IPrincipal;
  readonly permissions: readonly Permission[];
}

/** A role that may do this and no more. */
export function roleWith(
  scope: Construct,
  id: string,
  { description, assumedBy, permissions }: PermittedRoleProps,
): Role {
  const statements = permissions.map(statementOf);
  const role = new Role(scope, id, {
    description,
    assumedBy,
    inlinePolicies: { calls: new PolicyDocument({ statements }) },
  });
  explain(role, permissions);
  return role;
}

/** More permissions for a role that is there already. */
export function policyWith(
  scope: Construct,
  id: string,
  role: Role,
  permissions: readonly Permission[],
): Policy {
  const policy = new Policy(scope, id, { statements: permissions.map(statementOf), roles: [role] });
  explain(policy, permissions);
  return policy;
}

function explain(construct: Construct, permissions: readonly Permission[]): void {
  acknowledge(
    construct,
    'The policy is for this role alone and goes with it.',
    inBothStandards('IAMNoInlinePolicy'),
  );
  for (const { resources, star } of permissions) {
    if (star)
      acknowledge(
        construct,
        star,
        resources.flatMap((one) => wildcardRules(construct, one)),
      );
  }
}

export function statementOf({ actions, resources, conditions = {}, denied }: Permission): PolicyStatement {
  const effect = denied ? Effect.DENY : Effect.ALLOW;
  return new PolicyStatement({ effect, actions: [...actions], resources: [...resources], conditions });
}

/** What cdk-nag calls a resource with a star: what CloudFormation fills in is in angle brackets. */
function wildcardRules(scope: Construct, resource: string): string[] {
  const rule = `AwsSolutions-IAM5[Resource::${flat(Stack.of(scope).resolve(resource))}]`;
  return resource === '*' ? [rule, 'Serverless-LambdaStarPermissions'] : [rule];
}

function flat(value: unknown): string {
  if (typeof value === 'string') return value.replaceAll(/\$\{([^}]+)\}/g, '<$1>');
  if (typeof value !== 'object' || value === null) return '';
  const [[name, content] = ['', undefined]] = Object.entries(value);
  if (name === 'Ref') return `<${content}>`;
  if (!Array.isArray(content)) return '';
  if (name === 'Fn::GetAtt') return `<${content.join('.')}>`;
  return name === 'Fn::Join' ? content[1].map(flat).join(content[0]) : '';
}
