import {
  type ContainerDefinition,
  DescribeTasksCommand,
  ECSClient,
  type Task,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import type { Emulator } from '../../support/emulator.ts';
import { awsAddress } from './container-network.ts';
import type { ContainerConfig } from './docker-proxy.ts';
import { jsonCall } from './signed-fetch.ts';
import type { TaskCredentials } from './task-credentials.ts';

/**
 * What Fargate makes of a task definition and the emulator does not: the file system, user, capabilities, memory and
 * network of the container, and the credentials of its task role.
 */
export function fargate(
  emulator: Emulator,
  network: string,
  credentials: TaskCredentials,
): (config: ContainerConfig) => Promise<ContainerConfig> {
  const ecs = new ECSClient(emulator.clientOptions);
  return async (config) => {
    const taskArn = config.Labels['com.amazonaws.ecs.task-arn'];
    if (!taskArn) return config;
    const { task, definition } = await look(emulator, ecs, taskArn, config);
    const container = definition.containerDefinitions?.find(
      ({ name }) => name === config.Labels['com.amazonaws.ecs.container-name'],
    );
    if (!container) throw new Error(`${taskArn}: its definition has no container of this name`);
    const role = task.overrides?.taskRoleArn ?? definition.taskRoleArn;
    if (role) credentials.give(variable(config, 'AWS_CONTAINER_CREDENTIALS_FULL_URI'), role);
    return asFargate(config, { task, definition, container, network });
  };
}

async function look(emulator: Emulator, ecs: ECSClient, taskArn: string, { Labels }: ContainerConfig) {
  const family = Labels['com.amazonaws.ecs.task-definition-family'];
  const revision = Labels['com.amazonaws.ecs.task-definition-version'];
  const cluster = Labels['com.amazonaws.ecs.cluster'];
  const [{ tasks = [] }, definition] = await Promise.all([
    ecs.send(new DescribeTasksCommand({ cluster, tasks: [taskArn] })),
    describeDefinition(emulator, `${family}:${revision}`),
  ]);
  const [task] = tasks;
  if (!task) throw new Error(`${taskArn} is unknown`);
  return { task, definition };
}

/** The emulator keeps what CloudFormation made with the capital letters of CloudFormation, which the SDK leaves out. */
async function describeDefinition(emulator: Emulator, taskDefinition: string): Promise<TaskDefinition> {
  const target = 'AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition';
  const answer = await jsonCall<{ taskDefinition: unknown }>(emulator, 'ecs', target, { taskDefinition });
  return JSON.parse(JSON.stringify(answer.taskDefinition), (_, value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? inCamelCase(value) : value,
  );
}

function inCamelCase(value: object): object {
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [`${name.charAt(0).toLowerCase()}${name.slice(1)}`, inner]),
  );
}

interface Launch {
  task: Task;
  definition: TaskDefinition;
  container: ContainerDefinition;
  network: string;
}

const mib = 1024 * 1024;

const fargateVariables = [
  'AWS_EXECUTION_ENV=AWS_ECS_FARGATE',
  'AWS_DEFAULT_REGION=us-east-1',
  'AWS_REGION=us-east-1',
];

/** Cores are left out: this machine has few, and twenty containers share them. */
function asFargate(
  config: ContainerConfig,
  { task, definition, container, network }: Launch,
): ContainerConfig {
  const linux = container.linuxParameters;
  const memory = Number(task.overrides?.memory ?? definition.memory ?? 512);
  return {
    ...config,
    Env: [
      ...config.Env.map((entry) => entry.replace('host.docker.internal', awsAddress)),
      ...fargateVariables,
    ],
    ...(container.entryPoint?.length && { Entrypoint: container.entryPoint }),
    ...(container.user && { User: container.user }),
    ...(container.workingDirectory && { WorkingDir: container.workingDirectory }),
    ...(container.stopTimeout && { StopTimeout: container.stopTimeout }),
    HostConfig: {
      ...config.HostConfig,
      NetworkMode: network,
      ReadonlyRootfs: container.readonlyRootFilesystem ?? false,
      CapAdd: linux?.capabilities?.add ?? [],
      CapDrop: linux?.capabilities?.drop ?? [],
      Init: linux?.initProcessEnabled ?? false,
      Memory: memory * mib,
      MemorySwap: memory * mib,
      Tmpfs: Object.fromEntries(
        (linux?.tmpfs ?? []).map(({ containerPath, size, mountOptions = [] }) => [
          containerPath,
          [...mountOptions, `size=${size}m`].join(','),
        ]),
      ),
      Ulimits: (container.ulimits ?? []).map(({ name, softLimit, hardLimit }) => ({
        Name: name,
        Soft: softLimit,
        Hard: hardLimit,
      })),
    },
    NetworkingConfig: {},
  };
}

function variable({ Env }: ContainerConfig, name: string): string {
  return Env.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
}
