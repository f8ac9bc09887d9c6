import type { AwsReply, AwsRequest, FakeService } from './fake-account.ts';
import type { AccountState } from './state.ts';

/** The services whose calls are named in a header and hold JSON. */
export const jsonServices: Record<string, FakeService> = {
  secretsmanager: (state, request) => answered(state, 'secretsmanager', request, secrets),
  ecs: (state, request) => answered(state, 'ecs', request, ecs),
  ecr: (state, request) => answered(state, 'ecr', request, ecr),
  servicequotas: (state, request) => answered(state, 'servicequotas', request, quotas),
  sqs: (state, request) => answered(state, 'sqs', request, sqs),
  monitoring: (state, request) => answered(state, 'cloudwatch', request, metrics),
};

type Answer = [status: number, answer: object] | undefined;

function answered(
  state: AccountState,
  prefix: string,
  { operation, body }: AwsRequest,
  answer: (state: AccountState, operation: string, input: never) => Answer,
): AwsReply | undefined {
  const given: Answer = state.denied.has(`${prefix}:${operation}`)
    ? [400, { __type: 'AccessDeniedException', message: 'is not authorized' }]
    : answer(state, operation, JSON.parse(body) as never);
  if (!given) return undefined;
  const headers = { 'content-type': 'application/x-amz-json-1.1' };
  return { status: given[0], headers, body: JSON.stringify(given[1]) };
}

const missing: Answer = [400, { __type: 'ResourceNotFoundException' }];

function secrets(state: AccountState, operation: string, { SecretId }: { SecretId: string }): Answer {
  const secret = state.secrets.get(SecretId);
  if (!secret) return missing;
  if (operation === 'GetSecretValue') return [200, { SecretString: secret.value }];
  if (operation !== 'DescribeSecret') return undefined;
  return [
    200,
    {
      ...{ ARN: SecretId, Name: SecretId },
      ...(secret.key && { KmsKeyId: secret.key }),
      ...(secret.deleted && { DeletedDate: 1_700_000_000 }),
    },
  ];
}

function ecs(
  state: AccountState,
  operation: string,
  { services = [], taskDefinition = '' }: { services?: string[]; taskDefinition?: string },
): Answer {
  if (operation === 'DescribeServices') {
    const found = state.services.get(services[0] ?? '');
    if (!found) return [200, { services: [], failures: [{ reason: 'MISSING' }] }];
    const { optedIn, subnets, ...service } = found;
    const networkConfiguration = { awsvpcConfiguration: { subnets, assignPublicIp: 'DISABLED' } };
    const tags = optedIn ? [{ key: 'runops', value: 'allow' }] : [];
    return [200, { services: [{ serviceName: services[0], ...service, networkConfiguration, tags }] }];
  }
  if (operation !== 'DescribeTaskDefinition') return undefined;
  const found = state.taskDefinitions.get(taskDefinition);
  if (!found) return [400, { __type: 'ClientException', message: 'Unable to describe task definition.' }];
  const { container, image, taskRole, executionRole } = found;
  return [
    200,
    {
      taskDefinition: {
        ...{ status: 'ACTIVE', taskRoleArn: taskRole, executionRoleArn: executionRole },
        containerDefinitions: [{ name: container, image }],
      },
    },
  ];
}

function ecr(
  { images }: AccountState,
  operation: string,
  { repositoryName, imageIds }: { repositoryName: string; imageIds: { imageDigest: string }[] },
): Answer {
  if (operation !== 'DescribeImages') return undefined;
  const isThere = images.has(`${repositoryName}@${imageIds[0]?.imageDigest}`);
  return isThere ? [200, { imageDetails: [{}] }] : [400, { __type: 'ImageNotFoundException' }];
}

function quotas({ vcpus }: AccountState): Answer {
  return vcpus === null ? missing : [200, { Quota: { QuotaCode: 'L-3032A538', Value: vcpus } }];
}

function sqs({ messages }: AccountState, _: string, { QueueUrl }: { QueueUrl: string }): Answer {
  const count = messages.get(QueueUrl.split('/').at(-1) ?? '') ?? 0;
  const Attributes = {
    ApproximateNumberOfMessages: String(count),
    ApproximateNumberOfMessagesNotVisible: '0',
  };
  return [200, { Attributes }];
}

interface MetricQueries {
  MetricDataQueries: {
    Id: string;
    MetricStat: { Metric: { MetricName: string; Dimensions: { Name: string; Value: string }[] } };
  }[];
}

function metrics(state: AccountState, _: string, { MetricDataQueries }: MetricQueries): Answer {
  const results = MetricDataQueries.map(({ Id, MetricStat: { Metric } }) => {
    const [dimension] = Metric.Dimensions;
    const value = state.metrics.get(dimension?.Name === 'QueueName' ? dimension.Value : Metric.MetricName);
    return { Id, StatusCode: 'Complete', Values: value === undefined ? [] : [value], Timestamps: [] };
  });
  return [200, { MetricDataResults: results }];
}
