import {
  ConflictException,
  type ECSClient,
  RunTaskCommand,
  type RunTaskCommandInput,
  type Task,
} from '@aws-sdk/client-ecs';
import { AgentError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { describeTask, endOf } from './ecs-tasks.ts';
import { isThrottled, launchFailure, noTask } from './launch-failure.ts';
import { tryAgain } from './try-again.ts';

/** How many tasks may be started for one execution, when those before stopped before its command. */
const launchesMax = 3;

/** A launch that is throttled waits up to 15 s for its turn; then its message does, outside of the function. */
const patience = { tries: 5, pauseMilliseconds: 1000 };

/** A task that is older than this was not started by the call that answers with it. Clocks may differ by as much. */
const freshMilliseconds = 10_000;

export interface TaskPlace {
  ecs: ECSClient;
  cluster: string;
  clock: Clock;
}

/**
 * Starts a task, or finds the one that an earlier call has started; `inputOf` makes the request of launch 1, 2, 3,
 * whose client tokens differ. The ARN of the task.
 * @throws AgentError `launch-failed`.
 */
export async function runTask(
  place: TaskPlace,
  inputOf: (launch: number) => RunTaskCommandInput,
): Promise<string> {
  for (let launch = 1; ; launch++) {
    const { launchId, hasEnded } = await runOnce(place, inputOf(launch));
    if (!hasEnded || launch === launchesMax) return launchId;
  }
}

interface Launched {
  launchId: string;
  hasEnded: boolean;
}

async function runOnce(place: TaskPlace, input: RunTaskCommandInput): Promise<Launched> {
  const { ecs, clock } = place;
  try {
    const send = () => ecs.send(new RunTaskCommand(input));
    const { tasks, failures } = await tryAgain(clock, patience, isThrottled, send);
    const [task] = tasks ?? [];
    const [failure] = failures ?? [];
    if (!task?.taskArn) throw noTask(`${failure?.reason ?? ''} ${failure?.detail ?? ''}`, input);
    const current = isFresh(task, clock.now()) ? task : await describeTask(place, task.taskArn);
    return { launchId: task.taskArn, hasEnded: endOf(current) !== undefined };
  } catch (thrown) {
    if (thrown instanceof AgentError) throw thrown;
    if (thrown instanceof ConflictException) return earlierLaunch(place, input, thrown);
    throw launchFailure(thrown, input);
  }
}

/**
 * The token is bound to a task that was asked for with other parameters: ours, by a version of the settings that has
 * been replaced since, or with another signed address.
 */
async function earlierLaunch(
  place: TaskPlace,
  input: RunTaskCommandInput,
  conflict: ConflictException,
): Promise<Launched> {
  const [launchId] = conflict.resourceIds ?? [];
  if (!launchId) throw noTask('', input);
  const task = await describeTask(place, launchId);
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
