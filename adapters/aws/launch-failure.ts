import type { RunTaskCommandInput } from '@aws-sdk/client-ecs';
import { AgentError } from '../../core/errors.ts';
import { awsFailure, explainAwsFailure, mayPass } from './aws-failure.ts';

export interface LaunchFailureRow {
  /** Matches `name text` of the error, or `reason detail` of a failure within a 200. */
  when: RegExp;
  /** `text` is what AWS said: only the ARN of a role is taken out of it. */
  sentence: (input: RunTaskCommandInput, text: string) => string;
  remedy: string;
  /** Whether the same request may go well later: the message stays in its queue until the start deadline. */
  retryable: boolean;
}

/** ECS or one of its quotas has no room at the moment, and says so in a `ClientException` as well. */
const throttled = /Throttl|Rate exceeded|TooManyRequests|RequestLimitExceeded/i;

/**
 * Why ECS did not start a task; the first row that fits counts.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html#API_RunTask_Errors
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html
 */
export const launchFailures: readonly LaunchFailureRow[] = [
  {
    when: throttled,
    sentence: () => 'ECS was asked for too many tasks at once',
    remedy: 'Run fewer tasks at once, or ask AWS for a higher rate of RunTask',
    retryable: true,
  },
  {
    when: /Capacity is unavailable|insufficient capacity|^RESOURCE:/i,
    sentence: () => 'Fargate has no capacity',
    remedy: 'Run it again later; name subnets in more availability zones',
    retryable: true,
  },
  {
    when: /vCPU|limit on the number of (tasks|vCPUs)|LimitExceeded/i,
    sentence: () => 'The account’s quota of Fargate vCPUs is used up',
    remedy: 'Ask AWS for a higher quota, or run fewer tasks at once',
    retryable: true,
  },
  {
    when: /TaskDefinition is inactive/i,
    sentence: ({ taskDefinition }) => `The task definition ${taskDefinition} was replaced`,
    remedy: 'Try again in a minute, when the settings of the new one are read',
    retryable: true,
  },
  {
    when: /Unable to (find|describe) task definition|TaskDefinition not found/i,
    sentence: ({ taskDefinition }) => `The task definition ${taskDefinition} does not exist`,
    remedy: 'Deploy the agent again, so that it is registered',
    retryable: false,
  },
  {
    when: /^ClusterNotFound/,
    sentence: ({ cluster }) => `The ECS cluster ${cluster} does not exist`,
    remedy: 'Deploy the agent again, so that it is created',
    retryable: false,
  },
  {
    when: /AccessDenied.*iam:PassRole/,
    sentence: (input, text) => `The agent may not pass the role ${roleOf(input, text)} to a task`,
    remedy:
      'Name the role at its target in the deployment, which allows iam:PassRole on it, and deploy again',
    retryable: false,
  },
  {
    when: /AccessDenied/,
    sentence: ({ cluster }) => `The agent may not run tasks in the ECS cluster ${cluster}`,
    remedy: 'Allow ecs:RunTask to the role of the dispatcher; a policy of the organisation may deny it',
    retryable: false,
  },
  {
    when: /security ?group|InvalidGroup/i,
    sentence: (input) =>
      `A security group does not exist in the VPC of its subnets: ${listOf(input, 'securityGroups')}`,
    remedy: 'Name security groups of the VPC that the subnets are in, and deploy again',
    retryable: false,
  },
  {
    when: /subnet/i,
    sentence: (input) => `A subnet does not exist, or is of another VPC: ${listOf(input, 'subnets')}`,
    remedy: 'Name subnets that exist, all of one VPC, and deploy again',
    retryable: false,
  },
  {
    when: /No Fargate configuration|\b(cpu|memory)\b/i,
    sentence: ({ overrides }) =>
      `Fargate has no size with cpu ${overrides?.cpu ?? 'as deployed'} and ` +
      `memory ${overrides?.memory ?? 'as deployed'}`,
    remedy:
      'Choose a pair of https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html for ' +
      'the target, and deploy again',
    retryable: false,
  },
  {
    when: /\broles?\b/i,
    sentence: (input, text) => `ECS cannot use the role ${roleOf(input, text)}`,
    remedy: 'Check that the role exists and trusts ecs-tasks.amazonaws.com, and deploy again',
    retryable: false,
  },
  {
    when: /^(UnsupportedFeature|Platform)/,
    sentence: ({ taskDefinition }) =>
      `Fargate in this region cannot run the task definition ${taskDefinition}`,
    remedy: 'Deploy the agent for another processor or in another region',
    retryable: false,
  },
  {
    when: /^Blocked/,
    sentence: () => 'AWS has blocked this account from starting tasks',
    remedy: 'Ask the support of AWS',
    retryable: false,
  },
  {
    when: /^(InvalidParameter|ClientException)/,
    sentence: ({ taskDefinition }) => `ECS did not accept the launch of ${taskDefinition}`,
    remedy: 'Look at RunTask in CloudTrail for its reason, and compare it with the settings of the target',
    retryable: false,
  },
];

/** What an error of RunTask means. */
export function launchFailure(thrown: unknown, input: RunTaskCommandInput): AgentError {
  const { name, text } = awsFailure(thrown);
  const row = rowOf(`${name} ${text}`, input);
  if (row) return new AgentError('launch-failed', row.message, { retryable: row.retryable, cause: thrown });
  const call = { action: 'ecs:RunTask', resource: `the cluster ${input.cluster}` };
  const message = `The task was not started. ${explainAwsFailure(thrown, call)}`;
  return new AgentError('launch-failed', message, { retryable: mayPass(thrown), cause: thrown });
}

/** What a 200 without a task means: something that may pass, whatever ECS says. */
export function noTask(reason: string, input: RunTaskCommandInput): AgentError {
  const message =
    rowOf(reason, input)?.message ??
    'The task was not started, and ECS gave no reason that we know. Look at RunTask in CloudTrail.';
  return new AgentError('launch-failed', message, { retryable: true, cause: reason });
}

export function isThrottled(thrown: unknown): boolean {
  const { name, text } = awsFailure(thrown);
  return throttled.test(`${name} ${text}`);
}

function rowOf(text: string, input: RunTaskCommandInput) {
  const row = launchFailures.find(({ when }) => when.test(text));
  if (!row) return undefined;
  const message = `The task was not started. ${row.sentence(input, text)}. ${row.remedy}.`;
  return { message, retryable: row.retryable };
}

/** The one that AWS names, which may be the execution role of the task definition, or the one that we asked for. */
function roleOf({ overrides }: RunTaskCommandInput, text: string): string {
  const [named] = /arn:[\w-]+:iam::\d*:role\/[\w+=,@/-]+(\.[\w+=,@/-]+)*/.exec(text) ?? [];
  return named ?? overrides?.taskRoleArn ?? 'of the task definition';
}

function listOf({ networkConfiguration }: RunTaskCommandInput, what: 'subnets' | 'securityGroups'): string {
  return networkConfiguration?.awsvpcConfiguration?.[what]?.join(', ') || 'none is named';
}
