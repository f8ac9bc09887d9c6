import type { RunTaskCommandInput, TaskOverride } from '@aws-sdk/client-ecs';
import { AgentError } from '../../core/errors.ts';
import type { ServiceAddress } from '../../core/service-address.ts';
import type { DescribedService } from './describe-service.ts';

/** ECS takes 8,192 characters. */
const overridesBytesMax = 8192;

export interface ServiceTaskOptions {
  address: ServiceAddress;
  described: DescribedService;
  executionId: string;
  clientToken: string;
  group: string;
  bootstrap: string;
  manifestUrl: string;
}

/**
 * A fresh task of the service as it is: its task definition with its roles, network, platform and capacity. Only the
 * command of one container differs. It is in no target group, so that no request of a customer reaches it.
 */
export function serviceTaskInput(options: ServiceTaskOptions): RunTaskCommandInput {
  const { address, described, executionId, clientToken, group, bootstrap, manifestUrl } = options;
  const { service, taskDefinition } = described;
  const overrides: TaskOverride = {
    containerOverrides: [
      {
        name: address.container,
        command: ['ruby', '-e', bootstrap],
        environment: [{ name: 'RUNOPS_MANIFEST', value: manifestUrl }],
      },
    ],
  };
  refuseLong(overrides);
  const tags = (service.tags ?? []).filter(({ key }) => !key?.startsWith('aws:'));
  return {
    ...{ cluster: address.cluster, taskDefinition, group, clientToken, startedBy: executionId, count: 1 },
    ...capacityOf(described),
    ...(service.platformVersion && { platformVersion: service.platformVersion }),
    ...(service.networkConfiguration && { networkConfiguration: service.networkConfiguration }),
    ...(tags.length > 0 && { tags }),
    propagateTags: 'TASK_DEFINITION',
    enableECSManagedTags: service.enableECSManagedTags ?? false,
    enableExecuteCommand: false,
    overrides,
  };
}

/** ECS takes one of the two: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html */
function capacityOf({ service }: DescribedService) {
  const { capacityProviderStrategy: strategy, launchType, placementConstraints, placementStrategy } = service;
  return {
    ...(strategy?.length ? { capacityProviderStrategy: strategy } : { launchType: launchType ?? 'FARGATE' }),
    ...(placementConstraints?.length && { placementConstraints }),
    ...(placementStrategy?.length && { placementStrategy }),
  };
}

function refuseLong(overrides: TaskOverride) {
  const bytes = Buffer.byteLength(JSON.stringify(overrides));
  if (bytes <= overridesBytesMax) return;
  const message = `The launch would override ${bytes} bytes of the task definition; ECS takes ${overridesBytesMax}.`;
  throw new AgentError('launch-failed', message);
}
