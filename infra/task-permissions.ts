import { Stack } from 'aws-cdk-lib';
import type { CfnCluster } from 'aws-cdk-lib/aws-ecs';
import { allow, type Permission } from './permissions.ts';

/** To look at the agent's containers and to end them. */
export function describeAndStopTasks(cluster: CfnCluster): Permission {
  return onTasks(cluster, ['ecs:DescribeTasks', 'ecs:StopTask']);
}

/** To look at the agent's containers. */
export function describeTasks(cluster: CfnCluster): Permission {
  return onTasks(cluster, ['ecs:DescribeTasks']);
}

function onTasks(cluster: CfnCluster, actions: readonly string[]): Permission {
  return allow(actions, [tasksOf(cluster)], {
    conditions: { ArnEquals: { 'ecs:cluster': cluster.attrArn } },
    star: "ECS gives each container an id. All of those in this cluster are the agent's own.",
  });
}

/**
 * To start containers that have the tags of their task definition:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/supported-iam-actions-tagging.html
 */
export function tagNewTasks(cluster: CfnCluster): Permission {
  return allow(['ecs:TagResource'], [tasksOf(cluster)], {
    conditions: { StringEquals: { 'ecs:CreateAction': 'RunTask' } },
    star: 'ECS gives each container an id. Those that are there already get no other tags.',
  });
}

function tasksOf(cluster: CfnCluster): string {
  const resourceName = `${cluster.ref}/*`;
  return Stack.of(cluster).formatArn({ service: 'ecs', resource: 'task', resourceName });
}
