import { createHash } from 'node:crypto';
import type { RunTaskCommandInput, TaskOverride } from '@aws-sdk/client-ecs';
import { AgentError } from '../../core/errors.ts';
import type { LaunchRequest } from '../../core/execution.ts';
import { findType, type ImageFamily } from '../../core/task-types.ts';
import type { LaunchNetwork, LaunchSettings } from './launch-settings.ts';

/** The container of the task definitions that the runner is in. */
export const runnerContainer = 'runner';

/** ECS takes 8,192 characters; ours stay far below, so that nothing long is put where CloudTrail shows it. */
const overridesBytesMax = 2048;

const clientTokenCharactersMax = 64;

/**
 * The request for one container. It depends on nothing but its arguments, not even on the order of the settings:
 * ECS answers a repeated request with the task of the first one only if both are the same.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html
 * @throws AgentError `launch-failed`, not retryable, when the deployment has no image for the type.
 */
export function runTaskInput(
  { executionId, type, target, service }: LaunchRequest,
  settings: LaunchSettings,
  { cluster, group, launch }: { cluster: string; group: string; launch: number },
): RunTaskCommandInput {
  const { taskRole, executionRole, network, cpu, memory } = own(settings.targets, target ?? '') ?? {};
  const overrides: TaskOverride = {
    ...(taskRole && { taskRoleArn: taskRole }),
    ...(cpu && { cpu: String(cpu) }),
    ...(memory && { memory: String(memory) }),
    containerOverrides: [
      {
        name: runnerContainer,
        environment: [
          { name: 'RUNOPS_EXECUTION_ID', value: executionId },
          ...(executionRole ? [{ name: 'RUNOPS_EXECUTION_ROLE', value: executionRole }] : []),
        ],
      },
    ],
  };
  refuseLongOverrides(overrides, target);
  return {
    cluster,
    group,
    taskDefinition: taskDefinitionOf(type, service?.live ? 'shell' : findType(type).image, settings),
    launchType: 'FARGATE',
    count: 1,
    clientToken: clientToken(executionId, launch),
    startedBy: executionId,
    // The tag by which the bill knows the agent.
    propagateTags: 'TASK_DEFINITION',
    enableExecuteCommand: false,
    networkConfiguration: {
      awsvpcConfiguration: vpcConfiguration({ ...settings.network, ...defined(network) }),
    },
    overrides,
  };
}

/** A longer one than ECS takes becomes its SHA-256, which has exactly as many hexadecimal digits. */
export function clientToken(executionId: string, launch: number): string {
  const token = `${executionId}-${launch}`;
  return token.length <= clientTokenCharactersMax ? token : createHash('sha256').update(token).digest('hex');
}

function taskDefinitionOf(type: string, image: ImageFamily, { taskDefinitions }: LaunchSettings): string {
  const found = own(taskDefinitions, image);
  if (found) return found;
  throw new AgentError(
    'launch-failed',
    `Tasks of the type ${type} need the image "${image}", which this agent is deployed without. It has: ` +
      `${Object.keys(taskDefinitions).sort().join(', ') || 'none'}. Deploy the agent with the image "${image}".`,
  );
}

function vpcConfiguration({ subnets, securityGroups, publicIp }: LaunchNetwork) {
  return {
    subnets: [...subnets].sort(),
    securityGroups: [...securityGroups].sort(),
    assignPublicIp: publicIp ? ('ENABLED' as const) : ('DISABLED' as const),
  };
}

function refuseLongOverrides(overrides: TaskOverride, target: string | null) {
  const bytes = Buffer.byteLength(JSON.stringify(overrides));
  if (bytes < overridesBytesMax) return;
  throw new AgentError(
    'launch-failed',
    `The launch would override ${bytes} bytes of the task definition; less than ${overridesBytesMax} are allowed. ` +
      `Give the target "${(target ?? '').slice(0, 100)}" roles with shorter names.`,
  );
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Without the fields that are there but undefined, which would hide those below them. */
function defined(network: LaunchSettings['targets'][string]['network']): Partial<LaunchNetwork> {
  return Object.fromEntries(Object.entries(network ?? {}).filter(([, value]) => value !== undefined));
}
