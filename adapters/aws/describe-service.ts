import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  type ECSClient,
  type Service,
} from '@aws-sdk/client-ecs';
import { AgentError } from '../../core/errors.ts';
import type { ServiceAddress } from '../../core/service-address.ts';
import { awsFailure, explainAwsFailure, mayPass } from './aws-failure.ts';

/** The tag by which a customer opts a service in, on the service itself. */
export const optInTag = { key: 'runops', value: 'allow' } as const;

/** What a fresh task of a service has to be started with, as it is now. */
export interface DescribedService {
  service: Service;
  taskDefinition: string;
  /** Variables of the container whose values come from a secret store. */
  secretNames: string[];
  /** The ARNs of its task role and its execution role, as far as it has them. */
  roles: string[];
}

/**
 * Looks a service up, with its current task definition.
 * @throws AgentError whose message is the user's answer when the service cannot be used.
 */
export async function describeService(ecs: ECSClient, address: ServiceAddress): Promise<DescribedService> {
  const service = asItRuns(await findService(ecs, address));
  const taskDefinition = service.taskDefinition ?? '';
  const command = new DescribeTaskDefinitionCommand({ taskDefinition });
  const answer = await ecs
    .send(command)
    .catch((cause) => failed(cause, 'ecs:DescribeTaskDefinition', `the task definition ${taskDefinition}`));
  const containers = answer.taskDefinition?.containerDefinitions ?? [];
  const container = containers.find(({ name }) => name === address.container);
  if (!container) {
    const names = containers.map(({ name }) => name).join(', ');
    throw refused(
      `The service ${address.service} has no container "${address.container}"; it has: ${names}. ` +
        'Correct ECS_CONTAINER.',
    );
  }
  const secretNames = (container.secrets ?? []).map(({ name }) => name ?? '');
  const { taskRoleArn, executionRoleArn } = answer.taskDefinition ?? {};
  const roles = [taskRoleArn, executionRoleArn].filter((role) => role !== undefined);
  return { service, taskDefinition, secretNames, roles };
}

async function findService(ecs: ECSClient, { cluster, service: name }: ServiceAddress): Promise<Service> {
  const command = new DescribeServicesCommand({ cluster, services: [name], include: ['TAGS'] });
  const { services } = await ecs.send(command).catch((cause) => {
    if (awsFailure(cause).name !== 'ClusterNotFoundException') {
      return failed(cause, 'ecs:DescribeServices', `the service ${name}`);
    }
    throw refused(
      `There is no ECS cluster "${cluster}" in this region. Correct ECS_CLUSTER or ECS_AWS_REGION.`,
    );
  });
  const service = services?.find(({ status }) => status !== 'INACTIVE');
  if (!service)
    throw refused(`The ECS cluster ${cluster} has no service "${name}". Correct ECS_SERVICE_NAME.`);
  const isAllowed = service.tags?.some(({ key, value }) => key === optInTag.key && value === optInTag.value);
  if (isAllowed) return service;
  throw refused(
    `The service ${name} does not allow tasks of Runops. Whoever owns it allows them by the tag ` +
      `${optInTag.key} = ${optInTag.value} on the service.`,
  );
}

/** Where CodeDeploy or another tool deploys, the service stays as it was created; its primary task set does not. */
function asItRuns(service: Service): Service {
  const primary = service.taskSets?.find(({ status }) => status === 'PRIMARY');
  if (!primary) return service;
  const { taskDefinition, networkConfiguration, platformVersion, launchType, capacityProviderStrategy } =
    primary;
  return {
    ...service,
    ...{ taskDefinition, networkConfiguration, platformVersion, launchType, capacityProviderStrategy },
  };
}

function failed(cause: unknown, action: string, resource: string): never {
  const message = explainAwsFailure(cause, { action, resource });
  throw new AgentError('launch-failed', message, { retryable: mayPass(cause), cause });
}

function refused(message: string): AgentError {
  return new AgentError('launch-failed', message);
}
