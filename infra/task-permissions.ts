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
  const tasks = Stack.of(cluster).formatArn({
    service: 'ecs',
    resource: 'task',
    resourceName: `${cluster.ref}/*`,
  });
  return allow(actions, [tasks], {
    conditions: { ArnEquals: { 'ecs:cluster': cluster.attrArn } },
    star: "ECS gives each container an id. All of those in this cluster are the agent's own.",
  });
}
