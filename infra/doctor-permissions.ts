import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { DoctoringProps } from './doctoring.ts';
import { anyExecution } from './ledger-permissions.ts';
import { accountPermissions, serviceLinkedRoleArn } from './look-permissions.ts';
import { allow, allowKeys, type Permission } from './permissions.ts';
import { secretPermissions, secretsOf } from './secret-access.ts';
import { lookAtServices } from './service-permissions.ts';

/**
 * What the doctor may look at. It reads the agent's token and the dispatcher's settings, no other secret's value, no
 * script and no output; it changes nothing.
 */
export function doctorPermissions(scope: Construct, props: DoctoringProps): Permission[] {
  const { token, keys, storage, dispatching, roles, execution, redaction } = props;
  const { ledger } = storage;
  return [
    ...token,
    allow(['secretsmanager:GetSecretValue'], [dispatching.settings.ref]),
    ...allowKeys('secretsmanager', ['kms:Decrypt'], [keys.data]),
    ...accountPermissions(),
    allow(['iam:GetRole'], [serviceLinkedRoleArn(scope)]),
    allow(['iam:SimulatePrincipalPolicy'], roles.executionRoleArns),
    ...secretDescriptions(scope, props),
    // What was decided and when; what the task is and what it printed is elsewhere.
    allow(['s3:GetObject'], [ledger.arnForObjects('executions/*')], anyExecution),
    allow(['s3:ListBucket'], [ledger.bucketArn], {
      conditions: { StringLike: { 's3:prefix': ['executions/*', 'open/*'] } },
    }),
    ...allowKeys('s3', ['kms:Decrypt'], [keys.data]),
    ...ownParts(scope, props),
    ...(execution.repositories.length > 0 ? [allow(['ecr:DescribeImages'], execution.repositories)] : []),
    ...redaction.permissions(scope),
    ...lookAtServices(scope, props.agent.services ?? []),
  ];
}

/** Whether secrets of targets are there, and with which key: never what they hold. */
function secretDescriptions(scope: Construct, { agent }: DoctoringProps): Permission[] {
  const actions = ['secretsmanager:DescribeSecret'];
  const { secrets = { by: 'prefix', prefix: 'runops/' }, secretVariables = {}, vault, targets = {} } = agent;
  const named = [
    ...Object.values(secretVariables),
    ...(vault?.secretId === undefined ? [] : [vault.secretId]),
  ];
  return [
    ...secretPermissions(scope, secrets, named, actions),
    ...secretsOf([...new Set(Object.values(targets).flatMap((target) => target.secrets ?? []))], actions),
  ];
}

function ownParts(scope: Construct, props: DoctoringProps): Permission[] {
  const { queues, polling, dispatching, reporting } = props;
  const functions = [polling.poller, dispatching.dispatcher, reporting.reporter];
  const pairs = [queues.dispatches, queues.kills, queues.reports];
  const schedules = [polling.everyMinute, reporting.everyMinute].map(({ schedule }) =>
    Stack.of(scope).formatArn({
      service: 'scheduler',
      resource: 'schedule',
      resourceName: `default/${schedule.ref}`,
    }),
  );
  return [
    allow(
      ['lambda:GetFunctionConcurrency', 'lambda:GetFunctionConfiguration'],
      functions.map((one) => one.function.functionArn),
    ),
    allow(['scheduler:GetSchedule'], schedules),
    allow(
      ['sqs:GetQueueAttributes'],
      pairs.flatMap(({ queue, dead }) => [queue.queueArn, dead.queueArn]),
    ),
    allow(['cloudwatch:GetMetricData'], ['*'], { star: 'CloudWatch knows no resource for it.' }),
    allow(['ecs:DescribeTaskDefinition'], ['*'], { star: 'ECS knows no resource for it.' }),
  ];
}
