import { setTimeout } from 'node:timers/promises';
import {
  DescribeTasksCommand,
  ECSClient,
  ListClustersCommand,
  ListTasksCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import type { Emulator } from '../../support/emulator.ts';
import { jsonCall, signedFetch } from './signed-fetch.ts';

export interface EcsEvents {
  /** Every event that was sent. */
  sent: object[];
  close(): Promise<void>;
}

const lookMilliseconds = 500;

/**
 * Sends the events of tasks that have stopped to the functions that a rule names. The emulator's ECS sends none, and
 * its EventBridge takes events of AWS itself from nobody, as the real one does. Each is sent twice:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_cwet_handling.html
 */
export function startEcsEvents(emulator: Emulator): EcsEvents {
  const ecs = new ECSClient(emulator.clientOptions);
  const ending = new AbortController();
  const seen = new Set<string>();
  const sent: object[] = [];

  async function look() {
    for (const task of await stoppedTasks(ecs, seen)) {
      const event = eventOf(task);
      sent.push(event);
      const functions = await functionsFor(emulator, event);
      for (const target of [...functions, ...functions]) await invoke(emulator, target, event);
    }
  }

  async function watch() {
    while (!ending.signal.aborted) {
      await look();
      await setTimeout(lookMilliseconds, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  }

  const watching = watch();
  // Whoever closes it gets the failure.
  watching.catch(() => undefined);
  return {
    sent,
    async close() {
      ending.abort();
      await watching;
    },
  };
}

async function stoppedTasks(ecs: ECSClient, seen: Set<string>): Promise<Task[]> {
  const { clusterArns = [] } = await ecs.send(new ListClustersCommand({}));
  const found: Task[] = [];
  for (const cluster of clusterArns) {
    const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster, desiredStatus: 'STOPPED' }));
    const tasks = taskArns.filter((arn) => !seen.has(arn));
    if (tasks.length === 0) continue;
    const described = await ecs.send(new DescribeTasksCommand({ cluster, tasks }));
    found.push(...(described.tasks ?? []).filter(({ lastStatus }) => lastStatus === 'STOPPED'));
  }
  for (const { taskArn } of found) seen.add(taskArn ?? '');
  return found;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html */
function eventOf(task: Task) {
  const [, , , region, account] = task.taskArn?.split(':') ?? [];
  return {
    version: '0',
    id: crypto.randomUUID(),
    'detail-type': 'ECS Task State Change',
    source: 'aws.ecs',
    account,
    time: task.stoppedAt,
    region,
    resources: [task.taskArn],
    detail: task,
  };
}

interface Rule {
  Name: string;
  EventPattern?: string;
  State?: string;
}

async function functionsFor(emulator: Emulator, event: object): Promise<string[]> {
  const { Rules } = await jsonCall<{ Rules: Rule[] }>(emulator, 'events', 'AWSEvents.ListRules', {});
  const functions: string[] = [];
  for (const { Name, EventPattern, State } of Rules) {
    if (!EventPattern || State === 'DISABLED') continue;
    const question = { EventPattern, Event: JSON.stringify(event) };
    const test = await jsonCall<{ Result: boolean }>(
      emulator,
      'events',
      'AWSEvents.TestEventPattern',
      question,
    );
    if (!test.Result) continue;
    const named = { Rule: Name };
    const { Targets } = await jsonCall<{ Targets: { Arn: string }[] }>(
      emulator,
      'events',
      'AWSEvents.ListTargetsByRule',
      named,
    );
    functions.push(...Targets.map(({ Arn }) => Arn));
  }
  return functions;
}

async function invoke(emulator: Emulator, arn: string, event: object) {
  const path = `/2015-03-31/functions/${encodeURIComponent(arn.split(':function:')[1] ?? '')}/invocations`;
  const headers = { 'x-amz-invocation-type': 'Event' };
  await signedFetch(emulator, { service: 'lambda', path, headers, body: JSON.stringify(event) });
}
