import { Stack } from 'aws-cdk-lib';
import { type EventPattern, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { VariablesOf } from '../adapters/aws/deployment-env.ts';
import type { ReporterEnv } from '../functions/reporter/env.ts';
import { acknowledge } from './acknowledge.ts';
import { AgentFunction } from './agent-function.ts';
import type { AgentParts } from './agent-parts.ts';
import type { containerPrices } from './container-prices.ts';
import { EveryMinute } from './every-minute.ts';
import type { Execution } from './execution.ts';
import { anyExecution, ledgerPermissions } from './ledger-permissions.ts';
import { allow, allowKeys, type Permission } from './permissions.ts';
import { reportSeconds } from './queues.ts';
import type { RedactionSettings } from './redaction-settings.ts';
import { describeAndStopTasks } from './task-permissions.ts';

export interface ReportingProps extends AgentParts {
  readonly capabilities: string;
  readonly execution: Execution;
  readonly redaction: RedactionSettings;
  readonly prices: ReturnType<typeof containerPrices>;
  /** Whether the trace of each execution goes to X-Ray. */
  readonly tracing: boolean;
}

/** Redacts what was printed, stores it, tells the API: woken by results, by containers that stop, and each minute. */
export class Reporting extends Construct {
  readonly reporter: AgentFunction;
  readonly tracing: boolean;
  readonly everyMinute: EveryMinute;

  constructor(scope: Construct, id: string, props: ReportingProps) {
    super(scope, id);
    const { queues, functions, shared, auditing, storage, execution, redaction, hooks, prices, tracing } =
      props;
    const { region, urlSuffix } = Stack.of(this);
    this.tracing = tracing;
    const variables: VariablesOf<ReporterEnv> = {
      ...shared,
      ...auditing.variables,
      LOG_BUCKET: storage.logs.bucketName,
      DISPATCHES_QUEUE: queues.dispatches.queue.queueUrl,
      REPORTS_QUEUE: queues.reports.queue.queueUrl,
      REPORTS_QUEUE_ARN: queues.reports.queue.queueArn,
      CLUSTER: execution.cluster.attrArn,
      CAPABILITIES: props.capabilities,
      ...prices,
      ...redaction.variables,
      XRAY_URL: tracing ? `https://xray.${region}.${urlSuffix}` : undefined,
      RUNOPS_HOOKS: hooks?.module,
    };
    const dead = [queues.dispatches, queues.kills, queues.reports].map((pair) => pair.dead);
    this.reporter = new AgentFunction(this, 'Reporter', {
      ...functions,
      name: 'reporter',
      description: 'Runops agent: redacts the output, stores it and reports the result',
      // The client of Google DLP takes 300 MB.
      memoryMiB: 1024,
      timeoutSeconds: reportSeconds,
      variables,
      layer: hooks?.layer,
      queues: [
        { queue: queues.reports.queue, maximumConcurrency: reportsAtOnce },
        ...dead.map((queue) => ({ queue, maximumConcurrency: deadAtOnce })),
      ],
      permissions: this.permissionsOf(props),
    });
    this.wakeUp(props);
    this.everyMinute = new EveryMinute(this, 'EveryMinute', {
      call: this.reporter.function,
      description: 'Runops agent: the reporter looks for executions that nobody works on',
    });
  }

  private wakeUp({ storage, execution }: ReportingProps): void {
    this.rule('ResultWritten', 'An execution has its result', {
      source: ['aws.s3'],
      detailType: ['Object Created'],
      detail: {
        bucket: { name: [storage.ledger.bucketName] },
        object: { key: [{ wildcard: 'work/*/result' }] },
      },
    });
    this.rule('ContainerStopped', 'A container has ended, with or without a result', {
      source: ['aws.ecs'],
      detailType: ['ECS Task State Change'],
      detail: { clusterArn: [execution.cluster.attrArn], lastStatus: ['STOPPED'] },
    });
  }

  private rule(id: string, what: string, eventPattern: EventPattern) {
    const target = new LambdaFunction(this.reporter.function);
    const rule = new Rule(this, id, {
      description: `Runops agent: ${what}`,
      targets: [target],
      eventPattern,
    });
    acknowledge(rule, 'An event that is lost is made up for by the next minute, from what the ledger says.', [
      'Serverless-EventBusDLQ',
    ]);
  }

  private permissionsOf(props: ReportingProps): Permission[] {
    const { queues, token, auditing, storage, keys, execution, redaction, tracing } = props;
    const permanent = ['started', 'redacted', 'reported', 'audited'].map((name) => `executions/*/${name}`);
    const passing = ['result', 'report'].map((name) => `work/*/${name}`);
    const records = { reads: ['work/*', 'executions/*'], creates: [...permanent, ...passing], closes: true };
    const logs = storage.logs.arnForObjects('logs/*');
    return [
      ...token,
      allow(['sqs:SendMessage'], [queues.dispatches.queue.queueArn, queues.reports.queue.queueArn]),
      ...ledgerPermissions(records, props),
      ...auditing.permissions,
      allow(['s3:GetObject'], [storage.output.arnForObjects('output/*')], anyExecution),
      ...allowKeys('s3', ['kms:Decrypt'], [keys.output]),
      // It reads the log that it has stored when the API wants it too.
      allow(['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'], [logs], anyExecution),
      describeAndStopTasks(execution.cluster),
      ...redaction.permissions(this),
      ...(tracing ? [traces] : []),
    ];
  }
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html */
const traces = allow(['xray:PutTraceSegments'], ['*'], { star: 'X-Ray knows no resources.' });

/** Redaction takes most of the time, and services for it have quotas. */
const reportsAtOnce = 10;
/** The least that Lambda takes. */
const deadAtOnce = 2;
