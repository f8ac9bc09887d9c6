import { CfnOutput, Fn, type Stack } from 'aws-cdk-lib';
import type { RunopsAgent } from './runops-agent.ts';

/** The parts of an agent that have pages in the console. */
export type ShownParts = Pick<
  RunopsAgent,
  'polling' | 'dispatching' | 'reporting' | 'doctoring' | 'execution' | 'storage' | 'queues'
>;

/** Outputs of the stack that lead to the pages of the console that one wants next. */
export function linkToConsole(stack: Stack, agent: ShownParts): void {
  for (const [name, [description, value]] of Object.entries(consolePages(stack, agent))) {
    new CfnOutput(stack, name, { description, value });
  }
}

/** The pages of the console that one wants next: what each shows, and its address. */
export function consolePages(
  stack: Stack,
  { polling, dispatching, reporting, doctoring, execution, storage, queues }: ShownParts,
): Record<string, [what: string, address: string]> {
  const home = `https://${stack.region}.console.aws.amazon.com`;
  const region = `region=${stack.region}`;
  const logsOf = (name: string) => `${home}/cloudwatch/home?${region}#logsV2:log-groups/log-group/${name}`;
  const bucket = (name: string, prefix: string) => `${home}/s3/buckets/${name}?${region}&prefix=${prefix}`;
  const queue = (url: string) => `${home}/sqs/v3/home?${region}#/queues/${encoded(url)}`;
  return {
    Doctor: [
      'What is ill, and what to do about it: press Test',
      `${home}/lambda/home?${region}#/functions/${doctoring.doctor.function.functionName}?tab=testing`,
    ],
    PollerLogs: ['Whether it polls: begin here', logsOf(polling.poller.logGroup.logGroupName)],
    DispatcherLogs: [
      'Why a task was started or refused',
      logsOf(dispatching.dispatcher.logGroup.logGroupName),
    ],
    ReporterLogs: ['What was redacted and reported', logsOf(reporting.reporter.logGroup.logGroupName)],
    RunnerLogs: ['What the runners say of themselves', logsOf(execution.logGroup.logGroupName)],
    Containers: [
      'The containers that run now',
      `${home}/ecs/v2/clusters/${execution.cluster.ref}/tasks?${region}`,
    ],
    Ledger: ['All executions, each with its records', bucket(storage.ledger.bucketName, 'executions/')],
    Logs: ['The redacted logs', bucket(storage.logs.bucketName, 'logs/')],
    Waiting: ['Tasks that wait for their start', queue(queues.dispatches.queue.queueUrl)],
    ...(reporting.tracing && {
      Traces: ['Where the time of an execution went', `${home}/cloudwatch/home?${region}#xray:traces/query`],
    }),
    Settings: [
      'Policy, network and roles, as the dispatcher reads them',
      `${home}/secretsmanager/secret?name=${encoded(dispatching.settings.ref)}&${region}`,
    ],
  };
}

/** For the path and the query of an address, where only the slashes of an ARN or of an address matter. */
function encoded(token: string): string {
  return Fn.join('%2F', Fn.split('/', token));
}
