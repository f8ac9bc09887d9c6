import {
  ConflictException,
  type ECSClient,
  RunTaskCommand,
  type RunTaskCommandInput,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import { AgentError } from '../../core/errors.ts';
import type { Clock, Launcher } from '../../core/ports.ts';
import { explainStop, stopCause } from '../../core/stop-causes.ts';
import { awsFailure, explainAwsFailure } from './aws-failure.ts';
import { describeTask, endOf } from './ecs-tasks.ts';
import { isThrottled, launchFailure, noTask } from './launch-failure.ts';
import type { LaunchSettings } from './launch-settings.ts';
import { runTaskInput } from './run-task-input.ts';
import { tryAgain } from './try-again.ts';

/** How many tasks may be started for one execution, when those before stopped before its command. */
const launchesMax = 3;

/** A launch that is throttled waits up to 15 s for its turn; then its message does, outside of the function. */
const patience = { tries: 5, pauseMilliseconds: 1000 };

/** A task that is older than this was not started by the call that answers with it. Clocks may differ by as much. */
const freshMilliseconds = 10_000;

export interface EcsLauncherOptions {
  ecs: ECSClient;
  cluster: string;
  /** The `group` of every task, by which they are known in ECS. */
  group: string;
  /** Asked before each launch, so that a deployment is seen without a restart. */
  settings: () => Promise<LaunchSettings>;
  clock: Clock;
}

/** Starts each runner as an ECS task of its own on Fargate; its ARN is the launch id. */
export function ecsLauncher(options: EcsLauncherOptions): Launcher {
  const { ecs, cluster, group, settings, clock } = options;
  return {
    async launch(request) {
      const deployed = await settings();
      for (let launch = 1; ; launch++) {
        const input = runTaskInput(request, deployed, { cluster, group, launch });
        const { launchId, hasEnded } = await runTask(options, input);
        if (hasEnded && launch < launchesMax) continue;
        return { launchId, launchedAt: clock.now() };
      }
    },
    async stop(launchId) {
      const reason = 'The agent stops it: its user wants so, or its time is over.';
      try {
        await ecs.send(new StopTaskCommand({ cluster, task: launchId, reason }));
      } catch (cause) {
        if (isForgotten(cause)) return;
        const call = { action: 'ecs:StopTask', resource: `the task ${launchId}` };
        throw new AgentError('launch-failed', explainAwsFailure(cause, call), { retryable: true, cause });
      }
    },
    async inspect(launchId) {
      const end = endOf(await describeTask(options, launchId));
      if (!end) return { running: true };
      return { running: false, cause: explainStop(end), mayPass: stopCause(end).mayPass };
    },
  };
}

/** ECS knows no such task: it has ended long ago. */
function isForgotten(thrown: unknown): boolean {
  const { name, text } = awsFailure(thrown);
  return name === 'InvalidParameterException' && /task was not found/i.test(text);
}

interface Launched {
  launchId: string;
  hasEnded: boolean;
}

async function runTask(options: EcsLauncherOptions, input: RunTaskCommandInput): Promise<Launched> {
  const { ecs, clock } = options;
  try {
    const send = () => ecs.send(new RunTaskCommand(input));
    const { tasks, failures } = await tryAgain(clock, patience, isThrottled, send);
    const [task] = tasks ?? [];
    const [failure] = failures ?? [];
    if (!task?.taskArn) throw noTask(`${failure?.reason ?? ''} ${failure?.detail ?? ''}`, input);
    const current = isFresh(task, clock.now()) ? task : await describeTask(options, task.taskArn);
    return { launchId: task.taskArn, hasEnded: endOf(current) !== undefined };
  } catch (thrown) {
    if (thrown instanceof AgentError) throw thrown;
    if (thrown instanceof ConflictException) return earlierLaunch(options, input, thrown);
    throw launchFailure(thrown, input);
  }
}

/**
 * The token is bound to a task that was asked for with other parameters: ours, by a version of the settings that has
 * been replaced since.
 */
async function earlierLaunch(
  options: EcsLauncherOptions,
  input: RunTaskCommandInput,
  conflict: ConflictException,
): Promise<Launched> {
  const [launchId] = conflict.resourceIds ?? [];
  if (!launchId) throw noTask('', input);
  const task = await describeTask(options, launchId);
  if (task && task.startedBy !== input.startedBy) {
    const message =
      `The task was not started: its client token ${input.clientToken} is used by ${launchId}, which is none of ` +
      'ours. Give each agent an ECS cluster of its own.';
    throw new AgentError('launch-failed', message, { cause: conflict });
  }
  return { launchId, hasEnded: endOf(task) !== undefined };
}

/** A repeated request is answered with the task of the first one, maybe as it was then. */
function isFresh({ createdAt }: Task, now: number): boolean {
  return createdAt !== undefined && now - createdAt.getTime() < freshMilliseconds;
}
