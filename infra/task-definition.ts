import { CfnDeletionPolicy, Names, Stack } from 'aws-cdk-lib';
import { CfnTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { defaultSize } from './fargate-size.ts';
import type { CpuArchitecture } from './runops-agent-props.ts';

/** The one container of an execution, by the name with which the dispatcher overrides its environment. */
export const containerName = 'runner';

export interface TaskDefinitionProps {
  /** The image family. ECS calls something else a family: all revisions of one definition. */
  readonly family: string;
  readonly image: string;
  readonly architecture: CpuArchitecture;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly taskRole: IRole;
  /** ECS itself pulls the image and writes the runner's log with it. */
  readonly pullRole: IRole;
  readonly logGroup: ILogGroup;
}

/** How a family's image runs: as little as it needs, and nothing that is left when it ends. */
export function taskDefinition(scope: Construct, id: string, props: TaskDefinitionProps): CfnTaskDefinition {
  const made = new CfnTaskDefinition(scope, id, {
    family: revisionsOf(scope, id),
    requiresCompatibilities: ['FARGATE'],
    networkMode: 'awsvpc',
    cpu: String(defaultSize.cpu),
    memory: String(defaultSize.memory),
    runtimePlatform: {
      operatingSystemFamily: 'LINUX',
      cpuArchitecture: props.architecture === 'arm64' ? 'ARM64' : 'X86_64',
    },
    taskRoleArn: props.taskRole.roleArn,
    executionRoleArn: props.pullRole.roleArn,
    containerDefinitions: [container(scope, props)],
  });
  // A launch that was decided before a deployment still finds its revision after it. The last one goes with the stack.
  made.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
  made.cfnOptions.deletionPolicy = CfnDeletionPolicy.DELETE;
  acknowledge(made, 'The variables hold names of buckets and roles, no secrets.', ['AwsSolutions-ECS2']);
  return made;
}

/** The name that all revisions of a task definition share. */
export function revisionsOf(scope: Construct, id: string): string {
  return `${Names.uniqueResourceName(scope, { maxLength: 200, separator: '-' })}-${id}`;
}

function container(
  scope: Construct,
  props: TaskDefinitionProps,
): CfnTaskDefinition.ContainerDefinitionProperty {
  return {
    name: containerName,
    image: props.image,
    essential: true,
    // The runner ends its command within seconds, then stores what there is.
    stopTimeout: 60,
    readonlyRootFilesystem: true,
    privileged: false,
    linuxParameters: {
      // Buries what a command leaves behind.
      initProcessEnabled: true,
      capabilities: { drop: droppedCapabilities },
      tmpfs: [inMemory('/scratch', 512), inMemory('/tmp', 128)],
    },
    environment: Object.entries(props.variables).flatMap(([name, value]) => (value ? [{ name, value }] : [])),
    logConfiguration: {
      logDriver: 'awslogs',
      options: {
        'awslogs-group': props.logGroup.logGroupName,
        'awslogs-region': Stack.of(scope).region,
        'awslogs-stream-prefix': props.family,
        // Or lines are lost when there are many, which is the default:
        // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
        mode: 'blocking',
      },
    },
  };
}

/** Part of the container's memory. `exec`, because scripts run there, and scripts write programs to /tmp. */
function inMemory(containerPath: string, sizeMiB: number) {
  return { containerPath, size: sizeMiB, mountOptions: ['rw', 'exec', 'nosuid', 'nodev'] };
}

/**
 * All that there are but four: the runner is root, and makes the command somebody else (SETUID, SETGID), gives it its
 * directory (CHOWN) and ends it (KILL). Fargate lets nobody drop all and add four.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html
 */
const droppedCapabilities = [
  ...['AUDIT_CONTROL', 'AUDIT_WRITE', 'BLOCK_SUSPEND', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID'],
  ...['IPC_LOCK', 'IPC_OWNER', 'LEASE', 'LINUX_IMMUTABLE', 'MAC_ADMIN', 'MAC_OVERRIDE', 'MKNOD', 'NET_ADMIN'],
  ...[
    'NET_BIND_SERVICE',
    'NET_BROADCAST',
    'NET_RAW',
    'SETFCAP',
    'SETPCAP',
    'SYS_ADMIN',
    'SYS_BOOT',
    'SYS_CHROOT',
  ],
  ...['SYS_MODULE', 'SYS_NICE', 'SYS_PACCT', 'SYS_PTRACE', 'SYS_RAWIO', 'SYS_RESOURCE', 'SYS_TIME'],
  ...['SYS_TTY_CONFIG', 'SYSLOG', 'WAKE_ALARM'],
];
