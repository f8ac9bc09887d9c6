import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { docker } from '../images/docker.ts';
import type { Emulator } from '../support/emulator.ts';
import { formCall } from './aws/signed-fetch.ts';

const cluster = 'shop';

/** A service of the customer's, with a sidecar; its container need not be essential in its tasks. */
export interface RailsService {
  /** The entry of the deployment's setting `services` for a target. */
  setting(target: string): object;
  /** What Docker knows of the containers that serve: they must stay as they are. */
  serving(): Promise<string>;
  /** How many tasks the execution has that have not stopped. */
  tasksOf(executionId: string): Promise<number>;
}

export interface RailsServiceOptions {
  name: string;
  image: string;
  /** A secret of the application's own. */
  password: string;
  essential: boolean;
}

export async function startRailsService(
  emulator: Emulator,
  { name, image, password, essential }: RailsServiceOptions,
): Promise<RailsService> {
  const { clientOptions } = emulator;
  const ecs = new ECSClient(clientOptions);
  const secrets = new SecretsManagerClient(clientOptions);
  const roles = {
    taskRole: await createRole(emulator, `${name}-task`),
    executionRole: await createRole(emulator, `${name}-execution`),
  };
  const secret = new CreateSecretCommand({ Name: `shop/${name}`, SecretString: password });
  const { ARN: valueFrom } = await secrets.send(secret);
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  const rails = { name: 'rails', image, essential };
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      ...{
        family: name,
        requiresCompatibilities: ['FARGATE'],
        networkMode: 'awsvpc',
        cpu: '512',
        memory: '1024',
      },
      ...{ taskRoleArn: roles.taskRole, executionRoleArn: roles.executionRole },
      containerDefinitions: [
        { name: 'proxy', image, command: ['ruby', '-e', 'sleep'], essential: true },
        { ...rails, secrets: [{ name: 'DATABASE_PASSWORD', valueFrom }] },
      ],
    }),
  );
  await ecs.send(
    new CreateServiceCommand({
      ...{ cluster, serviceName: name, taskDefinition: name, desiredCount: 1, launchType: 'FARGATE' },
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'], securityGroups: ['sg-1'] } },
      tags: [{ key: 'runops', value: 'allow' }],
    }),
  );
  return {
    setting: (target) => ({ target, cluster, service: name, container: 'rails', family: name, ...roles }),
    async serving() {
      const { taskArns: tasks = [] } = await ecs.send(new ListTasksCommand({ cluster, serviceName: name }));
      const states = await Promise.all(tasks.map(stateOf));
      return states.join('\n');
    },
    async tasksOf(startedBy) {
      const { taskArns: tasks = [] } = await ecs.send(new ListTasksCommand({ cluster, startedBy }));
      if (tasks.length === 0) return 0;
      const described = await ecs.send(new DescribeTasksCommand({ cluster, tasks }));
      return (described.tasks ?? []).filter(({ lastStatus }) => lastStatus !== 'STOPPED').length;
    },
  };
}

/** A role for ECS; its ARN. */
async function createRole(emulator: Emulator, RoleName: string): Promise<string> {
  const Principal = { Service: 'ecs-tasks.amazonaws.com' };
  const Statement = [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  const call = { Action: 'CreateRole', Version: '2010-05-08', RoleName, AssumeRolePolicyDocument };
  const said = await formCall(emulator, 'iam', call);
  return /<Arn>([^<]+)<\/Arn>/.exec(said)?.[1] ?? '';
}

/** Its containers with their processes, when they started, and what they changed in their files. */
async function stateOf(taskArn: string): Promise<string> {
  const { stdout } = await docker('ps', '--quiet', '--filter', `label=com.amazonaws.ecs.task-arn=${taskArn}`);
  const ids = stdout.split('\n').filter(Boolean).sort();
  const states = await Promise.all(
    ids.map(async (id) => {
      const format = '{{.Id}} {{.State.StartedAt}} {{.State.Pid}} {{.RestartCount}}';
      const [inspected, top, diff] = await Promise.all([
        docker('inspect', '--format', format, id),
        docker('top', id, '-o', 'pid,args'),
        docker('diff', id),
      ]);
      return `${inspected.stdout}${top.stdout}${diff.stdout}`;
    }),
  );
  return states.join('');
}
