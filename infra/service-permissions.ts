import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { serviceNamesPrefix } from '../adapters/aws/service-names.ts';
import type { EncryptionKeys } from './encryption-keys.ts';
import { anyExecution } from './ledger-permissions.ts';
import { allow, allowKeys, type Permission } from './permissions.ts';
import type { ServiceProps } from './runops-agent-props.ts';
import type { Storage } from './storage.ts';

/** What the dispatcher does with customers' services: it looks at them and starts tasks of them. */
export function launchPermissions(
  scope: Construct,
  services: readonly ServiceProps[],
  storage: Storage,
): Permission[] {
  const named = services.map((service) =>
    arnIn(scope, service, 'service', `${service.cluster}/${service.service}`),
  );
  const definitions = services.map((service) =>
    arnIn(scope, service, 'task-definition', `${service.family ?? '*'}:*`),
  );
  const roles = services.flatMap(({ taskRole, executionRole }) =>
    [taskRole ?? [], executionRole ?? []].flat(),
  );
  const names = Stack.of(scope).formatArn({
    ...{ service: 'secretsmanager', resource: 'secret', arnFormat: ArnFormat.COLON_RESOURCE_NAME },
    resourceName: `${serviceNamesPrefix}*`,
  });
  return [
    allow(['ecs:DescribeServices'], unique(named)),
    allow(['ecs:DescribeTaskDefinition'], ['*'], { star: 'ECS knows no resource for it.' }),
    allow(['ecs:RunTask'], unique(definitions), {
      conditions: inClusters(scope, services),
      star: 'The current revision of the service is not known before. Its roles have to be among those below.',
    }),
    allow(['ecs:TagResource'], tasksOf(scope, services), {
      conditions: { StringEquals: { 'ecs:CreateAction': 'RunTask' } },
      star: 'ECS gives each task an id. The tags are those of the service.',
    }),
    ...(roles.length > 0
      ? [
          allow(['iam:PassRole'], unique(roles), {
            conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
          }),
        ]
      : []),
    allow(['s3:PutObject'], [storage.ledger.arnForObjects('work/*/manifest')], anyExecution),
    allow(['secretsmanager:GetSecretValue'], [names], {
      star: 'Secrets with this prefix hold names of services, and nothing secret.',
    }),
  ];
}

/** What the doctor does with customers' services: it looks at them. */
export function lookAtServices(scope: Construct, services: readonly ServiceProps[]): Permission[] {
  const named = services.map((service) =>
    arnIn(scope, service, 'service', `${service.cluster}/${service.service}`),
  );
  return named.length > 0 ? [allow(['ecs:DescribeServices'], unique(named))] : [];
}

/** What the dispatcher and the reporter do with the tasks that were started. */
export function taskPermissions(scope: Construct, services: readonly ServiceProps[]): Permission[] {
  return [
    allow(['ecs:DescribeTasks', 'ecs:StopTask'], tasksOf(scope, services), {
      star: 'ECS gives each task an id. The agent stops none that it has not started.',
    }),
  ];
}

/** What the reporter does, so that nothing is left of an execution. */
export function listPermissions(scope: Construct, services: readonly ServiceProps[]): Permission[] {
  return [
    allow(['ecs:ListTasks'], ['*'], {
      conditions: inClusters(scope, services),
      star: 'ECS knows no resource for it but the instances of a cluster.',
    }),
  ];
}

/** One execution of a target whose commands go into a container that serves: it finds the container, and no other. */
export function livePermissions(scope: Construct, services: readonly ServiceProps[]): Permission[] {
  return services.flatMap((service) => {
    const conditions = inClusters(scope, [service]);
    const star = 'ECS gives each task of the service an id.';
    const containers = [...clustersOf(scope, [service]), ...tasksOf(scope, [service])];
    return [
      allow(['ecs:ListTasks'], ['*'], {
        conditions,
        star: 'ECS knows no resource for it but the instances of a cluster.',
      }),
      allow(['ecs:DescribeTasks'], tasksOf(scope, [service]), { conditions, star }),
      allow(['ecs:ExecuteCommand'], containers, {
        conditions: { ...conditions, StringEquals: { 'ecs:container-name': service.container } },
        star,
      }),
    ];
  });
}

/** One execution in a container of a customer: it reads its manifest, and writes its own records. */
export function manifestPermissions({ ledger, output }: Storage, keys: EncryptionKeys): Permission[] {
  const execution = '${aws:PrincipalTag/execution}';
  const records = (...names: string[]) =>
    names.map((name) => ledger.arnForObjects(name.replace('ID', execution)));
  return [
    allow(
      ['s3:GetObject'],
      records('work/ID/manifest', 'work/ID/kill', 'work/ID/result', 'executions/ID/started'),
    ),
    allow(
      ['s3:PutObject'],
      [...records('executions/ID/started', 'work/ID/result'), output.arnForObjects(`output/${execution}/*`)],
      { star: 'The parts of the output, however many there are.' },
    ),
    ...allowKeys('s3', ['kms:Decrypt', 'kms:GenerateDataKey'], [keys.data]),
    ...allowKeys('s3', ['kms:GenerateDataKey'], [keys.output]),
  ];
}

/** The ARNs of the clusters of services, each once. */
export function clustersOf(scope: Construct, services: readonly ServiceProps[]): string[] {
  return unique(services.map((service) => arnIn(scope, service, 'cluster', service.cluster)));
}

function tasksOf(scope: Construct, services: readonly ServiceProps[]): string[] {
  return unique(services.map((service) => arnIn(scope, service, 'task', `${service.cluster}/*`)));
}

function inClusters(scope: Construct, services: readonly ServiceProps[]) {
  return { ArnEquals: { 'ecs:cluster': clustersOf(scope, services) } };
}

function arnIn(scope: Construct, { region }: ServiceProps, resource: string, resourceName: string): string {
  return Stack.of(scope).formatArn({ service: 'ecs', resource, resourceName, ...(region && { region }) });
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
