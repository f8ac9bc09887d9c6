import { attendMessage } from '../../adapters/aws/attend-message.ts';
import type { ReceivedMessage } from '../../adapters/aws/sqs-event.ts';
import type { ExecutionId } from '../../core/execution.ts';
import { type ContainerPrices, containerUse } from './container-cost.ts';
import { eventKind } from './event-kind.ts';
import { settleContainer } from './settle-usage.ts';
import { examine, type SweepDependencies, sweep } from './sweep.ts';

export interface TakeEventDependencies extends SweepDependencies {
  /** The use case of `report.ts`. */
  report: (id: ExecutionId) => Promise<void>;
  /** The queue whose messages are reports; those of every other have died. */
  reportsQueueArn: string;
  /** The `group` of this agent's ECS tasks. */
  group: string;
  prices: ContainerPrices;
}

/**
 * Does what an event asks for.
 * @throws what the use case throws, so that the event comes back; the sweep would find its execution too.
 */
export async function takeEvent(deps: TakeEventDependencies, event: unknown): Promise<void> {
  const woken = eventKind(event, deps.group);
  switch (woken.kind) {
    case 'messages':
      for (const message of woken.messages) await takeMessage(deps, message);
      return;
    case 'result-stored':
      return deps.reports.send(woken.executionId);
    case 'container-stopped':
      deps.log.info('container.stopped', {
        taskId: woken.executionId,
        ...containerUse(woken.container, deps.prices),
      });
      return attendMessage(deps.log, woken.executionId, async () => {
        // First what users wait for.
        await examine(deps, woken.executionId);
        const { ledger, usage } = deps;
        if (usage) await settleContainer({ ledger, usage }, woken.executionId, woken.container);
      });
    case 'minute-passed':
      await sweep(deps);
      return;
    case 'foreign':
      return;
  }
}

async function takeMessage(deps: TakeEventDependencies, { queueArn, executionId }: ReceivedMessage) {
  const { log, reportsQueueArn } = deps;
  if (queueArn === reportsQueueArn) {
    return attendMessage(log, executionId, () => deps.report(executionId));
  }
  log.error('message.died', { taskId: executionId, queue: queueArn.split(':').at(-1) });
  return attendMessage(log, executionId, () => examine(deps, executionId));
}
