import { Stack } from 'aws-cdk-lib';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { VariablesOf } from '../adapters/aws/deployment-env.ts';
import type { WrittenSettings } from '../adapters/aws/dispatcher-settings.ts';
import type { DispatcherEnv } from '../functions/dispatcher/env.ts';
import { acknowledge } from './acknowledge.ts';
import { AgentFunction } from './agent-function.ts';
import type { AgentParts } from './agent-parts.ts';
import type { Execution } from './execution.ts';
import { ledgerPermissions } from './ledger-permissions.ts';
import { allow, allowKeys } from './permissions.ts';
import { dispatchSeconds } from './queues.ts';
import type { IdentityProps } from './runops-agent-props.ts';
import type { TargetRoles } from './target-roles.ts';
import { describeAndStopTasks, tagNewTasks } from './task-permissions.ts';

export interface DispatchingProps extends AgentParts {
  readonly execution: Execution;
  readonly roles: TargetRoles;
  readonly settings: WrittenSettings;
  readonly identity: IdentityProps | undefined;
  readonly startsAtOnce: number;
}

/** Takes a task from the queue, verifies who asked, and starts its container; takes care of kills too. */
export class Dispatching extends Construct {
  readonly dispatcher: AgentFunction;
  readonly settings: CfnSecret;

  constructor(scope: Construct, id: string, props: DispatchingProps) {
    super(scope, id);
    const { queues, functions, shared, auditing, execution, identity, hooks, startsAtOnce } = props;
    this.settings = this.secretOf(props);
    const variables: VariablesOf<DispatcherEnv> = {
      ...shared,
      ...auditing.variables,
      DISPATCHES_QUEUE_ARN: queues.dispatches.queue.queueArn,
      KILLS_QUEUE_ARN: queues.kills.queue.queueArn,
      REPORTS_QUEUE: queues.reports.queue.queueUrl,
      SETTINGS_SECRET: this.settings.ref,
      CLUSTER: execution.cluster.attrArn,
      LEASE_SECONDS: String(dispatchSeconds),
      JWK_URL: identity?.jwkUrl,
      JWT_ISSUER: identity?.issuer,
      JWT_AUDIENCE: identity?.audience,
      JWT_EMAIL_CLAIM: identity?.emailClaim,
      RUNOPS_HOOKS: hooks?.module,
    };
    this.dispatcher = new AgentFunction(this, 'Dispatcher', {
      ...functions,
      name: 'dispatcher',
      description: 'Runops agent: locks a task, decides whether it may run, and starts its container',
      // A script of 64 MiB is read and written whole.
      memoryMiB: 512,
      timeoutSeconds: dispatchSeconds,
      variables,
      layer: hooks?.layer,
      queues: [
        { queue: queues.dispatches.queue, maximumConcurrency: startsAtOnce },
        { queue: queues.kills.queue, maximumConcurrency: killsAtOnce },
      ],
      permissions: this.permissionsOf(props),
    });
  }

  /** In a secret, because the environment of a function has room for 4 KB and is shown by the console. */
  private secretOf({ settings, keys }: DispatchingProps): CfnSecret {
    const secret = new CfnSecret(this, 'Settings', {
      description: 'Runops agent: policy, network, task definitions and roles, as the dispatcher reads them',
      kmsKeyId: keys.data.keyArn,
      secretString: Stack.of(this).toJsonString(settings),
    });
    acknowledge(secret, 'It holds settings and no password: a deployment changes it, time does not.', [
      'AwsSolutions-SMG4',
      'NIST.800.53.R5-SecretsManagerRotationEnabled',
    ]);
    return secret;
  }

  private permissionsOf(props: DispatchingProps) {
    const { queues, token, auditing, execution, roles, keys } = props;
    const permanent = ['claim-*', 'refused', 'started'].map((name) => `executions/*/${name}`);
    const passing = ['lock', 'spec', 'launching', 'launched', 'result'].map((name) => `work/*/${name}`);
    const records = { reads: ['work/*', 'executions/*'], creates: [...permanent, ...passing], closes: true };
    return [
      ...token,
      allow(['secretsmanager:GetSecretValue'], [this.settings.ref]),
      ...allowKeys('secretsmanager', ['kms:Decrypt'], [keys.data]),
      allow(['sqs:SendMessage'], [queues.reports.queue.queueArn]),
      ...ledgerPermissions(records, props),
      ...auditing.permissions,
      execution.launches,
      tagNewTasks(execution.cluster),
      describeAndStopTasks(execution.cluster),
      allow(['iam:PassRole'], [...roles.taskRoleArns, execution.pullRole.roleArn], {
        conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
      }),
    ];
  }
}

/** People click on "kill" now and then; two is the least that Lambda takes. */
const killsAtOnce = 2;
