import { type ECSClient, ListTasksCommand } from '@aws-sdk/client-ecs';
import { AgentError } from '../../core/errors.ts';
import type { ExecutionId } from '../../core/execution.ts';
import type { Clock } from '../../core/ports.ts';
import type { ServiceAddress } from '../../core/service-address.ts';
import { explainAwsFailure } from './aws-failure.ts';
import { taskKeeper } from './task-keeper.ts';

/**
 * Stops all tasks of a service that an execution has started: one whose container is not essential in its task
 * definition would live on with its sidecars.
 * @throws AgentError `launch-failed`.
 */
export async function endServiceTasks(
  { ecs, clock }: { ecs: ECSClient; clock: Clock },
  { cluster }: ServiceAddress,
  executionId: ExecutionId,
): Promise<void> {
  const { taskArns = [] } = await ecs
    .send(new ListTasksCommand({ cluster, startedBy: executionId }))
    .catch((cause) => {
      const call = { action: 'ecs:ListTasks', resource: `the cluster ${cluster}` };
      throw new AgentError('launch-failed', explainAwsFailure(cause, call), { retryable: true, cause });
    });
  const { stop } = taskKeeper({ ecs, cluster, clock });
  for (const arn of taskArns) await stop(arn);
}
