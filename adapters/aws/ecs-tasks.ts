import { DescribeTasksCommand, type ECSClient, type Task } from '@aws-sdk/client-ecs';
import { AgentError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { StoppedTask } from '../../core/stop-causes.ts';
import { explainAwsFailure } from './aws-failure.ts';
import { runnerContainer } from './run-task-input.ts';

/** After 14 s in which ECS did not find it, a task is gone: DescribeTasks may be some seconds behind RunTask. */
const missing = { tries: 4, pauseMilliseconds: 2000 };

/**
 * No container of it is left, or ever will be.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
 */
const endedStatuses = ['DEPROVISIONING', 'STOPPED', 'DELETED'];

/**
 * The task as ECS has it; undefined when it knows none, which it does an hour after the end. It is asked again before
 * that is believed, because an ARN does not tell how old its task is.
 * @throws AgentError `launch-failed`, retryable.
 */
export async function describeTask(
  { ecs, cluster, clock }: { ecs: ECSClient; cluster: string; clock: Clock },
  arn: string,
): Promise<Task | undefined> {
  for (let attempt = 1; ; attempt++) {
    const { tasks, failures } = await ecs
      .send(new DescribeTasksCommand({ cluster, tasks: [arn] }))
      .catch((cause) => {
        const call = { action: 'ecs:DescribeTasks', resource: `the task ${arn}` };
        throw new AgentError('launch-failed', explainAwsFailure(cause, call), { retryable: true, cause });
      });
    const [task] = tasks ?? [];
    if (task) return task;
    if (failures?.[0]?.reason !== 'MISSING') throw unclear(arn, failures?.[0]?.reason);
    if (attempt === missing.tries) return undefined;
    await clock.sleep(missing.pauseMilliseconds * 2 ** (attempt - 1));
  }
}

function unclear(arn: string, reason: string | undefined): AgentError {
  const message =
    `ECS did not say how the task ${arn} is. Try again later; if it lasts, look at DescribeTasks in ` +
    'CloudTrail.';
  return new AgentError('launch-failed', message, { retryable: true, cause: reason });
}

/** What ECS says of the end of a task; undefined while its container may be at work. */
export function endOf(task: Task | undefined): StoppedTask | undefined {
  if (!task) return { stoppedReason: 'MISSING' };
  if (!endedStatuses.includes(task.lastStatus ?? '')) return undefined;
  // In a task of a customer's service it is the container whose command was replaced.
  const ours = task.overrides?.containerOverrides?.[0]?.name ?? runnerContainer;
  const runner = task.containers?.find(({ name }) => name === ours);
  return {
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    containerReason: runner?.reason,
    exitCode: runner?.exitCode,
  };
}
