import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnCluster } from 'aws-cdk-lib/aws-ecs';
import { type Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { VariablesOf } from '../adapters/aws/deployment-env.ts';
import type { VaultEnv } from '../adapters/secrets/vault-env.ts';
import type { RunnerEnv } from '../containers/runner/env.ts';
import { acknowledge } from './acknowledge.ts';
import { type Image, imagesOf } from './image.ts';
import { allow, type Permission, roleWith } from './permissions.ts';
import type { CpuArchitecture } from './runops-agent-props.ts';
import type { Storage } from './storage.ts';
import type { TargetRoles } from './target-roles.ts';
import { revisionsOf, taskDefinition } from './task-definition.ts';

export interface ExecutionProps {
  readonly storage: Storage;
  readonly roles: TargetRoles;
  readonly images: Readonly<Record<string, string | undefined>>;
  readonly architecture: CpuArchitecture;
  readonly secretVariables: Readonly<Record<string, string>>;
  readonly vault: Partial<VariablesOf<VaultEnv>>;
  readonly logKey: IKey;
  readonly logRetention: RetentionDays;
}

/** Where the executions run: a cluster, and a task definition for each image family. */
export class Execution extends Construct {
  readonly cluster: CfnCluster;
  /** What the runners say of themselves. The output of the commands goes elsewhere. */
  readonly logGroup: LogGroup;
  readonly pullRole: Role;
  /** The ARNs of the repositories in ECR that the images are in. */
  readonly repositories: readonly string[];
  /** The ARN of the task definition of each image family. */
  readonly taskDefinitions: Readonly<Record<string, string>>;
  /** The name of the image of each. */
  readonly images: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, props: ExecutionProps) {
    super(scope, id);
    const { logKey: encryptionKey, logRetention: retention } = props;
    this.cluster = new CfnCluster(this, 'Cluster');
    acknowledge(
      this.cluster,
      'Container Insights costs money for each execution, and the ledger knows them all.',
      ['AwsSolutions-ECS4'],
    );
    this.logGroup = new LogGroup(this, 'Log', {
      retention,
      encryptionKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const images = imagesOf(this, props.images, props.architecture);
    this.images = Object.fromEntries([...images].map(([family, { name }]) => [family, name]));
    this.repositories = [
      ...new Set([...images.values()].flatMap(({ repositoryArn }) => repositoryArn ?? [])),
    ];
    this.pullRole = pullRole(this, this.repositories, this.logGroup);
    this.taskDefinitions = Object.fromEntries(
      [...images].map(([family, image]) => [family, this.definitionOf(family, image, props)]),
    );
  }

  /** To start containers of these definitions, here and nowhere else. */
  get launches(): Permission {
    const revisions = Object.keys(this.taskDefinitions).map((family) =>
      Stack.of(this).formatArn({
        service: 'ecs',
        resource: 'task-definition',
        resourceName: `${revisionsOf(this, family)}:*`,
      }),
    );
    return allow(['ecs:RunTask'], revisions, {
      conditions: { ArnEquals: { 'ecs:cluster': this.cluster.attrArn } },
      star: 'Any revision: during a deployment a launch may be with the one before.',
    });
  }

  private definitionOf(family: string, image: Image, props: ExecutionProps): string {
    const definition = taskDefinition(this, family, {
      family,
      image: image.name,
      architecture: props.architecture,
      variables: runnerVariables(props),
      taskRole: props.roles.default.taskRole,
      pullRole: this.pullRole,
      logGroup: this.logGroup,
    });
    return definition.attrTaskDefinitionArn;
  }
}

/** What is the same for all executions. The launcher adds the id of the one. */
function runnerVariables({ storage, roles, secretVariables, vault }: ExecutionProps) {
  const variables: Omit<VariablesOf<RunnerEnv>, DefaultOrLater> = {
    RUNOPS_LEDGER: `s3://${storage.ledger.bucketName}`,
    RUNOPS_OUTPUT: `s3://${storage.output.bucketName}`,
    RUNOPS_EXECUTION_ROLE: roles.default.executionRole.roleArn,
    RUNOPS_SCRATCH: '/scratch',
    ...(Object.keys(secretVariables).length > 0 && {
      RUNOPS_SECRET_VARIABLES: JSON.stringify(secretVariables),
    }),
  };
  return { ...variables, ...vault, AWS_SDK_UA_APP_ID: 'runops-runner' };
}

type DefaultOrLater = 'RUNOPS_EXECUTION_ID' | 'RUNOPS_CHILD_UID' | 'RUNOPS_CHILD_GID' | 'RUNOPS_SECRETS_FILE';

function pullRole(scope: Construct, repositories: readonly string[], logGroup: LogGroup): Role {
  const pull = [
    allow(['ecr:GetAuthorizationToken'], ['*'], { star: 'The password is for the registry as a whole.' }),
    allow(['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], repositories),
  ];
  return roleWith(scope, 'Pull', {
    description: 'Runops agent: ECS pulls the images and writes the log of the runners',
    assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
    permissions: [
      ...(repositories.length > 0 ? pull : []),
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
    ],
  });
}
