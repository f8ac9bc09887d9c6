import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Architecture,
  Code,
  EventSourceMapping,
  type ILayerVersion,
  Function as LambdaFunction,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge, inBothStandards } from './acknowledge.ts';
import { builtFile } from './package-files.ts';
import { allow, type Permission, roleWith } from './permissions.ts';

/** What is the same for all functions of an agent. */
export interface FunctionSurroundings {
  readonly logKey: IKey;
  readonly logRetention: RetentionDays;
}

/** The folders in `functions/`. */
export type FunctionName = 'poller' | 'dispatcher' | 'reporter' | 'preflight' | 'self-test' | 'doctor';

export interface AgentFunctionProps extends FunctionSurroundings {
  readonly name: FunctionName;
  readonly description: string;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  /** The variables of its `env.ts`. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Files beside its own code. */
  readonly layer?: ILayerVersion | undefined;
  /** The queues whose messages it is called with, one at a time. */
  readonly queues?: readonly { readonly queue: IQueue; readonly maximumConcurrency: number }[];
  /** The calls that it makes, besides those for its own log and its queues. */
  readonly permissions: readonly Permission[];
  /** @default the concurrency of the account */
  readonly reservedConcurrency?: number | undefined;
}

/** One of the agent's functions, with a role and a log group of its own. */
export class AgentFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: AgentFunctionProps) {
    super(scope, id);
    const { name, logKey, logRetention, reservedConcurrency } = props;
    this.logGroup = new LogGroup(this, 'Log', {
      retention: logRetention,
      encryptionKey: logKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = functionRole(this, this.logGroup, props);
    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(builtFile(`dist/functions/${name}`), { displayName: name }),
      handler: 'index.handler',
      ...(props.layer && { layers: [props.layer] }),
      role: this.role,
      memorySize: props.memoryMiB,
      timeout: Duration.seconds(props.timeoutSeconds),
      logGroup: this.logGroup,
      // A minute later another event comes: none may pile up. Lambda would try those for six hours.
      // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
      retryAttempts: 0,
      maxEventAge: Duration.seconds(60),
      environment: setVariables(props),
      ...(reservedConcurrency !== undefined && { reservedConcurrentExecutions: reservedConcurrency }),
    });
    for (const { queue, maximumConcurrency } of props.queues ?? []) {
      const mapping = new EventSourceMapping(this, `From${queue.node.id}`, {
        target: this.function,
        eventSourceArn: queue.queueArn,
        batchSize: 1,
        maxConcurrency: maximumConcurrency,
      });
      acknowledge(mapping, 'The queue itself has a queue for messages that fail, and those stay in theirs.', [
        'Serverless-LambdaEventSourceMappingDestination',
      ]);
    }
    acknowledgeFunction(this.function);
  }
}

function functionRole(scope: Construct, logGroup: LogGroup, props: AgentFunctionProps): Role {
  const { name, queues = [], permissions } = props;
  const taking = ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'];
  const queueArns = queues.map(({ queue }) => queue.queueArn);
  return roleWith(scope, 'Role', {
    description: `Runops agent: the ${name}`,
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    permissions: [
      ...permissions,
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
      ...(queueArns.length > 0 ? [allow(taking, queueArns)] : []),
    ],
  });
}

function setVariables({ name, variables }: AgentFunctionProps): Record<string, string> {
  const all = {
    ...variables,
    // Shows in CloudTrail who called: https://docs.aws.amazon.com/sdkref/latest/guide/feature-appid.html
    AWS_SDK_UA_APP_ID: `runops-${name}`,
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, value]): [string, string][] => (value ? [[key, value]] : [])),
  );
}

function acknowledgeFunction(lambda: LambdaFunction): void {
  acknowledge(
    lambda,
    'It calls AWS and the API by HTTPS and reaches nothing else; in a VPC it would need a NAT.',
    [...inBothStandards('LambdaInsideVPC')],
  );
  acknowledge(lambda, 'Reserving concurrency fails in new accounts, and two at once do no harm.', [
    'NIST.800.53.R5-LambdaConcurrency',
  ]);
  acknowledge(lambda, 'An event that is lost is made up for by the next minute, from what the ledger says.', [
    'NIST.800.53.R5-LambdaDLQ',
    'Serverless-LambdaAsyncFailureDestination',
    'Serverless-LambdaDLQ',
  ]);
  acknowledge(
    lambda,
    'One trace for each execution says more than one for each invocation: docs/operations.md.',
    ['Serverless-LambdaTracing'],
  );
}
