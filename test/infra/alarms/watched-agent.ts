import type { Context } from 'aws-lambda';
import { vi } from 'vitest';
import { observe } from '../../../adapters/aws/lambda-handler.ts';
import { measuredControlPlane } from '../../../adapters/aws/measured-control-plane.ts';
import { metricNamespace } from '../../../adapters/aws/metric-names.ts';
import type { ExecutionId, Result } from '../../../core/execution.ts';
import { dispatch } from '../../../functions/dispatcher/dispatch.ts';
import { kill } from '../../../functions/dispatcher/kill.ts';
import { takeMessages } from '../../../functions/dispatcher/take-messages.ts';
import { poller } from '../../../functions/poller/poll-for-a-minute.ts';
import { report } from '../../../functions/reporter/report.ts';
import { takeEvent } from '../../../functions/reporter/take-event.ts';
import { memoryAgent } from '../../functions/memory-agent.ts';
import { alarmEvaluator } from '../../support/alarm-evaluator.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { metricStore } from '../../support/metric-store.ts';
import { filledIn, synthesize } from '../../support/synthesize.ts';

const agentName = 'runops-agent';
const group = `runops:${agentName}`;
const minuteMilliseconds = 60_000;
/** With the daily limit, so that its alarm is there. */
export const limited = { policy: { dailyVcpuMinutes: 600 } };
const { all } = synthesize(limited);
const alarmResources = [...all('AWS::CloudWatch::Alarm'), ...all('AWS::CloudWatch::CompositeAlarm')];

export type FunctionName = 'Poller' | 'Dispatcher' | 'Reporter';
export type QueueName = 'Dispatches' | 'Kills' | 'Reports' | 'DeadDispatches' | 'DeadKills' | 'DeadReports';
export type WatchedAgent = ReturnType<typeof watchedAgent>;

/**
 * The use cases of the three functions over memory, with the log, the meter and the handler of the real ones: what they
 * write is taken by a CloudWatch that evaluates the alarms of the synthesized template. What AWS measures by itself is
 * put there by hand. Time is the clock's, and nobody sleeps.
 */
export function watchedAgent() {
  const agent = memoryAgent();
  const clock = fakeClock({ skip: Number.POSITIVE_INFINITY });
  const store = metricStore();
  const alarms = alarmEvaluator(alarmResources, store, { quota: () => 6 });
  const { log, meter, handler } = observe(agentName);
  const { launch } = agent.launcher;
  agent.launcher.launch = async (request) => ({ ...(await launch(request)), launchedAt: clock.now() });
  const deps = Object.assign(agent, { log, clock });
  const ports = () => ({ ...deps, controlPlane: measuredControlPlane(agent.controlPlane, meter, clock) });
  const description = { version: '1', hostname: 'h', jwkVerify: false, capabilities: [], instance: 'i' };
  const poll = poller({ ...ports(), meter, description, pollMilliseconds: undefined });
  const ofLambda = (name: FunctionName, metric: string, value: number) =>
    put('AWS/Lambda', metric, { FunctionName: functionName(name) }, value);
  const put = (namespace: string, name: string, dimensions: Record<string, string>, value: number) =>
    store.put({ namespace, name, dimensions }, clock.now(), value);

  /** Calls a function as Lambda does. Whether it went well. */
  const invoke = async (name: FunctionName, work: () => Promise<void>): Promise<boolean> => {
    const written: string[] = [];
    const take = (chunk: unknown) => {
      written.push(String(chunk));
      return true;
    };
    const taken = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockImplementation(take),
    );
    try {
      await handler(work)({}, lambdaContext);
      ofLambda(name, 'Errors', 0);
      return true;
    } catch {
      ofLambda(name, 'Errors', 1);
      return false;
    } finally {
      for (const stream of taken) stream.mockRestore();
      const lines = written.join('').split('\n').filter(Boolean);
      for (const line of lines) store.putLine(line, clock.now());
    }
  };
  const event = (input: unknown) =>
    invoke('Reporter', () => {
      const one = { ...ports(), reportsQueueArn: arn('Reports'), group, prices: listPrices };
      return takeEvent({ ...one, report: (id) => report(ports(), id) }, input);
    });

  return {
    ...{ agent, clock, invoke, event },
    ofQueue: (name: QueueName, metric: string, value: number) =>
      put('AWS/SQS', metric, { QueueName: queueName(name) }, value),
    ofLambda,
    ofFargate: (vcpus: number) =>
      put(
        'AWS/Usage',
        'ResourceCount',
        { Service: 'Fargate', Type: 'Resource', Resource: 'vCPU', Class: 'Standard/OnDemand' },
        vcpus,
      ),
    pollForAMinute: () => invoke('Poller', () => poll(() => 2 * minuteMilliseconds)),
    /** Hands the messages of its two queues to the dispatcher, each once, as SQS does. Those that fail come back. */
    async dispatchAll() {
      const queues = new Map([
        [arn('Dispatches'), (id: ExecutionId) => dispatch(ports(), id)],
        [arn('Kills'), (id: ExecutionId) => kill(ports(), id)],
      ]);
      for (const [name, queue] of [
        ['Dispatches', agent.dispatches],
        ['Kills', agent.kills],
      ] as const) {
        for (const id of new Set(queue.sent.splice(0))) {
          const took = () => takeMessages({ queues, log }, message(name, id));
          if (!(await invoke('Dispatcher', took))) queue.sent.push(id);
        }
      }
    },
    async reportAll() {
      for (const id of new Set(agent.reports.sent.splice(0))) await event(message('Reports', id));
    },
    minutePassed: () => event({ 'detail-type': 'Scheduled Event' }),
    /** A container that ends, after its command has if it was started. */
    async containerStopped(id: ExecutionId, { seconds = 60, cpu = 512, memory = 1024 } = {}) {
      const stoppedAt = new Date(clock.now()).toISOString();
      const pullStartedAt = new Date(clock.now() - seconds * 1000).toISOString();
      const pullStoppedAt = new Date(clock.now() - seconds * 1000 + 9000).toISOString();
      const size = { cpu: String(cpu), memory: String(memory) };
      const detail = { lastStatus: 'STOPPED', startedBy: id, group, stoppedAt, pullStartedAt, pullStoppedAt };
      const type = { source: 'aws.ecs', 'detail-type': 'ECS Task State Change' };
      await event({ ...type, detail: { ...detail, ...size } });
    },
    /** Plays the runner of the latest launch, whose result is written now. */
    async run(id: ExecutionId, result: Partial<Result> = {}) {
      const { ledger } = agent;
      const startedAt = clock.now() - 30_000;
      await ledger.create(id, 'started', { by: 'runner', launchId: 'launch-1', startedAt });
      await ledger.create(id, 'result', {
        ...{ reason: 'exited', exitCode: 0, message: null, startedAt, endedAt: clock.now() },
        ...{ output: { parts: 0, bytes: 0, cutBytes: 0 }, ...result },
      });
      await event({
        ...{ source: 'aws.s3', 'detail-type': 'Object Created' },
        detail: { object: { key: `work/${id}/result` } },
      });
    },
    /** Goes to the next full minute. The alarms that are on then, without the name of the agent. */
    nextMinute(): string[] {
      const now = clock.now();
      const next = (Math.floor(now / minuteMilliseconds) + 1) * minuteMilliseconds;
      void clock.sleep(next - now);
      return alarms.look(next).map((name) => name.replace(`${agentName}-`, ''));
    },
    metricsWritten: () => store.count(metricNamespace),
  };
}

const lambdaContext: Context = {
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'f',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:f',
  memoryLimitInMB: '256',
  awsRequestId: 'r',
  logGroupName: 'g',
  logStreamName: 's',
  getRemainingTimeInMillis: () => 2 * minuteMilliseconds,
  done() {},
  fail() {},
  succeed() {},
};

const listPrices = { vcpuHour: 0.03238, gigabyteHour: 0.00356, addressHour: 0.005 };

function message(queue: QueueName, executionId: ExecutionId) {
  const body = JSON.stringify({ executionId });
  return { Records: [{ eventSource: 'aws:sqs', eventSourceARN: arn(queue), body }] };
}

function arn(queue: QueueName): string {
  return `arn:aws:sqs:eu-west-1:123456789012:${queue}`;
}

function queueName(queue: QueueName): string {
  const id = all('AWS::SQS::Queue').find((one) => one.id.includes(`Queues${queue}`))?.id;
  return filledIn({ 'Fn::GetAtt': [id, 'QueueName'] });
}

function functionName(name: FunctionName): string {
  const id = all('AWS::Lambda::Function').find((one) => one.id.includes(name))?.id;
  return filledIn({ Ref: id });
}
