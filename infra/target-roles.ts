import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge, inBothStandards } from './acknowledge.ts';
import type { EncryptionKeys } from './encryption-keys.ts';
import { allow, allowKeys, type Permission, roleWith, statementOf } from './permissions.ts';
import type { ServiceProps, TargetProps } from './runops-agent-props.ts';
import { type SecretAccess, secretPermission, secretPermissions, secretsOf } from './secret-access.ts';
import { livePermissions } from './service-permissions.ts';
import type { Storage } from './storage.ts';

export interface TargetRolesProps {
  readonly storage: Storage;
  readonly keys: EncryptionKeys;
  /** The agent's own token, which no container may read, whatever its secrets are opened by. */
  readonly tokenSecret: ISecret;
  readonly secrets: SecretAccess;
  readonly secretKeys: readonly string[];
  readonly secretVariables: Readonly<Record<string, string>>;
  readonly targets: Readonly<Record<string, TargetProps>>;
  readonly services: readonly ServiceProps[];
  /** The ARN of the secret with which containers log in to Vault. */
  readonly vaultSecret: string | undefined;
}

/**
 * A container's own role may do one thing: take on the execution role, and only with the tag of an execution. That
 * one reads the secrets of the target and the records of the execution that its tag names, and no others.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
 */
export class RolePair extends Construct {
  readonly taskRole: Role;
  readonly executionRole: Role;

  constructor(scope: Construct, id: string, permissions: readonly Permission[]) {
    super(scope, id);
    this.taskRole = new Role(this, 'Task', {
      description: `Runops agent: containers of ${id}`,
      assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    this.executionRole = roleWith(this, 'Execution', {
      description: `Runops agent: one execution of ${id} at a time`,
      assumedBy: this.taskRole,
      permissions,
    });
    this.executionRole.assumeRolePolicy?.addStatements(tagsSession(this.taskRole));
    const takesOn = allow(['sts:AssumeRole', 'sts:TagSession'], [this.executionRole.roleArn]);
    this.taskRole.addToPolicy(statementOf(takesOn));
    acknowledge(
      this,
      'Each policy is for one role alone and goes with it.',
      inBothStandards('IAMNoInlinePolicy'),
    );
  }
}

/** The default roles, and those of each target that names its secrets. */
export class TargetRoles extends Construct {
  readonly default: RolePair;
  readonly byTarget: ReadonlyMap<string, RolePair>;

  constructor(scope: Construct, id: string, props: TargetRolesProps) {
    super(scope, id);
    const secretKeys = props.secretKeys.map((arn, index) => Key.fromKeyArn(this, `SecretKey${index}`, arn));
    const pair = (name: string, secrets: Permission[], live: readonly ServiceProps[] = []) =>
      new RolePair(this, name, [
        ...recordsOfOneExecution(props),
        { ...secretPermission(props.tokenSecret), denied: true },
        ...secrets,
        ...decryption(secrets, secretKeys),
        ...livePermissions(this, live),
      ]);
    const liveServicesOf = (name: string) =>
      props.services.filter(({ live, target }) => live && target === name);
    const vault = props.vaultSecret === undefined ? [] : [props.vaultSecret];
    const named = [...Object.values(props.secretVariables), ...vault];
    this.default = pair('AllTargets', secretPermissions(this, props.secrets, named));
    this.byTarget = new Map(
      Object.entries(props.targets).flatMap(([name, { secrets }]): [string, RolePair][] =>
        secrets
          ? [[name, pair(`Target-${name}`, secretsOf([...secrets, ...vault]), liveServicesOf(name))]]
          : [],
      ),
    );
  }

  /** All roles that a container of the agent may have. */
  get taskRoleArns(): string[] {
    return [this.default, ...this.byTarget.values()].map(({ taskRole }) => taskRole.roleArn);
  }

  /** All roles that one execution may take on. */
  get executionRoleArns(): string[] {
    return [this.default, ...this.byTarget.values()].map(({ executionRole }) => executionRole.roleArn);
  }
}

const execution = '${aws:PrincipalTag/execution}';

function recordsOfOneExecution({ storage: { ledger, output }, keys }: TargetRolesProps): Permission[] {
  const record = (key: string) => ledger.arnForObjects(key);
  return [
    allow(
      ['s3:GetObject'],
      [
        `work/${execution}/spec`,
        `work/${execution}/kill`,
        `work/${execution}/result`,
        `executions/${execution}/started`,
      ].map(record),
    ),
    allow(
      ['s3:PutObject'],
      [
        ...[`executions/${execution}/started`, `work/${execution}/result`].map(record),
        output.arnForObjects(`output/${execution}/*`),
      ],
      { star: 'The parts of the output, however many there are.' },
    ),
    // S3 says "forbidden" for a record that is not there, unless one may list it.
    allow(['s3:ListBucket'], [ledger.bucketArn], {
      conditions: { StringLike: { 's3:prefix': [`work/${execution}/*`, `executions/${execution}/*`] } },
    }),
    ...allowKeys('s3', ['kms:Decrypt', 'kms:GenerateDataKey'], [keys.data]),
    ...allowKeys('s3', ['kms:GenerateDataKey'], [keys.output]),
  ];
}

/** Nobody without a tag, and none but this one. */
export function tagsSession(taskRole: Role): PolicyStatement {
  return new PolicyStatement({
    principals: [taskRole],
    actions: ['sts:TagSession'],
    conditions: {
      StringLike: { 'aws:RequestTag/execution': '?*' },
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['execution'] },
    },
  });
}

function decryption(secrets: readonly Permission[], keys: readonly IKey[]): Permission[] {
  return secrets.length > 0 ? allowKeys('secretsmanager', ['kms:Decrypt'], keys) : [];
}
