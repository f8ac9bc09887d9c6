import { StopTaskCommand } from '@aws-sdk/client-ecs';
import { AgentError } from '../../core/errors.ts';
import type { Launcher } from '../../core/ports.ts';
import { explainStop, stopCause } from '../../core/stop-causes.ts';
import { awsFailure, explainAwsFailure } from './aws-failure.ts';
import { describeTask, endOf } from './ecs-tasks.ts';
import type { TaskPlace } from './run-task.ts';

/** Looks after the tasks of one cluster, whoever started them. */
export function taskKeeper(place: TaskPlace): Pick<Launcher, 'stop' | 'inspect'> {
  const { ecs, cluster } = place;
  return {
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
      const end = endOf(await describeTask(place, launchId));
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
