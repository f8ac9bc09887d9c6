import { AgentError } from '../../core/errors.ts';
import type { LaunchRequest } from '../../core/execution.ts';
import type { Launcher } from '../../core/ports.ts';
import { type StoppedTask, stopCause } from '../../core/stop-causes.ts';
import type { Process } from './process.ts';

interface BoundTask {
  arn: string;
  stopped: StoppedTask | null;
}

/** The client token is bound to a task that was asked for with other parameters. */
export class Conflict extends Error {
  readonly task: BoundTask;
  constructor(task: BoundTask) {
    super('ConflictException');
    this.task = task;
  }
}

export interface EcsApi {
  runTask(request: LaunchRequest, token: string): BoundTask;
  stop(arn: string): void;
  describe(arn: string): StoppedTask | null;
}

/**
 * How an adapter for ECS has to answer: a conflict over the client token is a launch of ours that was made before,
 * by a version with another task definition; a task that was stopped before its command may be followed by
 * another one, with the next token.
 */
export function ecsLauncher(process: Process, { runTask, stop, describe }: EcsApi): Launcher {
  const launchesMax = 3;
  const noAnswer = () => launchFailed('RunTask gave no answer.');
  return {
    async launch(request) {
      for (let launch = 1; ; launch++) {
        const carryOut = () => bound(() => runTask(request, `${request.executionId}-${launch}`));
        const ask = () => process.call(`ecs.runTask ${request.executionId}-${launch}`, carryOut, noAnswer);
        const task = await unthrottled(process, ask);
        if (task.stopped && launch < launchesMax) continue;
        return { launchId: task.arn, launchedAt: process.clock.now() };
      }
    },
    stop: (arn) =>
      process.call(
        `ecs.stopTask ${arn}`,
        () => stop(arn),
        () => launchFailed('StopTask gave no answer.'),
      ),
    async inspect(arn) {
      const error = () => launchFailed('DescribeTasks gave no answer.');
      const stopped = await process.call(`ecs.describeTasks ${arn}`, () => describe(arn), error);
      if (!stopped) return { running: true };
      const { sentence, remedy, mayPass } = stopCause(stopped);
      return { running: false, cause: `${sentence}. ${remedy}`, mayPass };
    },
  };
}

/** The SDK's own retries: a launch that is throttled waits for its turn, but not for the life of a Lambda. */
async function unthrottled<T>(process: Process, ask: () => Promise<T>): Promise<T> {
  const tries = 20;
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (thrown) {
      if (!(thrown instanceof Throttled)) throw thrown;
      if (attempt === tries) throw launchFailed('RunTask was throttled.');
      await process.clock.sleep(1000);
    }
  }
}

export class Throttled extends Error {}

function bound(run: () => BoundTask): BoundTask {
  try {
    const { arn, stopped } = run();
    return { arn, stopped };
  } catch (thrown) {
    if (thrown instanceof Conflict) return { arn: thrown.task.arn, stopped: thrown.task.stopped };
    throw thrown;
  }
}

export function launchFailed(message: string): AgentError {
  return new AgentError('launch-failed', message, { retryable: true });
}
