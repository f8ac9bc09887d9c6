import { CfnResource, CustomResource, Duration, Stack } from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';
import type { VariablesOf } from '../adapters/aws/deployment-env.ts';
import { AgentError } from '../core/errors.ts';
import { taskTypes } from '../core/task-types.ts';
import type { SelfTestEnv } from '../functions/self-test/env.ts';
import { AgentFunction } from './agent-function.ts';
import type { AgentParts } from './agent-parts.ts';
import type { Execution } from './execution.ts';
import { allow, allowKeys, type Permission } from './permissions.ts';
import { describeTasks } from './task-permissions.ts';
import { tellsChanges } from './tells-changes.ts';

export interface SelfTestProps extends AgentParts {
  readonly execution: Execution;
  /** What begins only when the test has passed, above all the polling: no task is taken by an agent that goes again. */
  readonly later: readonly IConstruct[];
}

/** The function waits for nine minutes and has some time left to answer: `core/limits.ts`. */
const functionSeconds = 600;
/** After this CloudFormation gives up by itself. */
const serviceSeconds = 660;

/**
 * At the end of a deployment, and of each update that changes something of the agent: a task of its own goes through
 * all of it. Without the right output the stack goes back, and its event says why. To be made after all other parts.
 */
export class SelfTest extends Construct {
  readonly tester: AgentFunction;
  readonly resource: CustomResource;

  /** @throws AgentError `config-invalid` when there is no image that the test could run in. */
  constructor(scope: Construct, id: string, props: SelfTestProps) {
    super(scope, id);
    const { functions, shared, storage, queues, execution } = props;
    checkImage(execution.taskDefinitions);
    const variables: VariablesOf<SelfTestEnv> = {
      AGENT_NAME: shared.AGENT_NAME,
      LEDGER_BUCKET: shared.LEDGER_BUCKET,
      OUTPUT_BUCKET: shared.OUTPUT_BUCKET,
      AWS_ENDPOINT_URL: shared.AWS_ENDPOINT_URL,
      LOG_BUCKET: storage.logs.bucketName,
      DISPATCHES_QUEUE: queues.dispatches.queue.queueUrl,
      CLUSTER: execution.cluster.attrArn,
    };
    this.tester = new AgentFunction(this, 'Tester', {
      ...functions,
      name: 'self-test',
      description: 'Runops agent: sends a task of its own through the agent when it is deployed',
      memoryMiB: 256,
      timeoutSeconds: functionSeconds,
      variables,
      permissions: permissionsOf(this, props),
    });
    const parts = scope.node.children.filter((part) => part !== this);
    this.resource = new CustomResource(this, 'Resource', {
      serviceToken: this.tester.function.functionArn,
      resourceType: 'Custom::RunopsSelfTest',
      serviceTimeout: Duration.seconds(serviceSeconds),
      properties: tellsChanges(this, parts),
    });
    const waiting = new Set(props.later.flatMap((part) => part.node.findAll()));
    const others = parts
      .flatMap((part) => part.node.findAll())
      .filter((construct) => !waiting.has(construct));
    this.resource.node.addDependency(...others.filter(CfnResource.isCfnResource));
    for (const part of props.later) part.node.addDependency(this.resource);
    storage.letErase(this.tester.role);
  }

  /** A sentence, known when the stack is there. */
  get summary(): string {
    return this.resource.getAttString('Summary');
  }
}

/** The star in its ids is the name of one self-test. Other executions are none of its business. */
const anySelfTest = { star: 'The star is the id of a self-test; no task of the API may be called so.' };

function permissionsOf(scope: Construct, { storage, queues, execution, keys }: SelfTestProps): Permission[] {
  const { ledger, output, logs } = storage;
  const records = ['work/self-test-*', 'executions/self-test-*'];
  const marks = ['work/self-test-*/task', 'open/self-test-*'];
  const reads = [...records.map((key) => ledger.arnForObjects(key)), logs.arnForObjects('logs/self-test-*')];
  const creates = marks.map((key) => ledger.arnForObjects(key));
  const erased = [
    ...[...records, 'open/self-test-*', 'usage/*/self-test-*'].map((key) => ledger.arnForObjects(key)),
    ...[output.arnForObjects('output/self-test-*'), logs.arnForObjects('logs/self-test-*')],
  ];
  return [
    allow(['s3:GetObject'], reads, anySelfTest),
    allow(['s3:PutObject'], creates, anySelfTest),
    // Without it S3 says "forbidden" for a record that is not there.
    allow(['s3:ListBucket'], [ledger.bucketArn], {
      conditions: { StringLike: { 's3:prefix': records } },
    }),
    allow(['s3:DeleteObject', 's3:DeleteObjectVersion'], erased, anySelfTest),
    allow(['s3:ListBucketVersions'], [ledger.bucketArn, output.bucketArn, logs.bucketArn], {
      conditions: { StringLike: { 's3:prefix': ['*/self-test-*', 'usage/'] } },
    }),
    ...allowKeys('s3', ['kms:Decrypt', 'kms:GenerateDataKey'], [keys.data]),
    allow(['sqs:SendMessage'], [queues.dispatches.queue.queueArn]),
    describeTasks(execution.cluster),
    allow(['cloudformation:DescribeStacks'], [Stack.of(scope).stackId]),
  ];
}

/** @throws AgentError `config-invalid` when there is no image that runs bash. */
export function checkImage(taskDefinitions: Execution['taskDefinitions']): void {
  if (Object.hasOwn(taskDefinitions, taskTypes.bash.image)) return;
  throw new AgentError(
    'config-invalid',
    'The self-test at the end of a deployment runs a bash script, and there is no image for it. Name one as ' +
      'images.shell, or switch the test off with selfTest: false.',
  );
}
