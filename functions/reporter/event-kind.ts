import * as z from 'zod/mini';
import { type ReceivedMessage, receivedMessages } from '../../adapters/aws/sqs-event.ts';
import { AgentError } from '../../core/errors.ts';
import type { ExecutionId } from '../../core/execution.ts';
import { idOf } from '../../core/task.ts';
import { type StoppedContainer, stoppedContainer } from './container-cost.ts';

/** What woke the reporter. */
export type EventKind =
  | { kind: 'messages'; messages: ReceivedMessage[] }
  /** The runner has written its result. */
  | { kind: 'result-stored'; executionId: ExecutionId }
  /** A container has ended. */
  | { kind: 'container-stopped'; executionId: ExecutionId; container: StoppedContainer }
  | { kind: 'minute-passed' }
  /** Somebody else's container or object. */
  | { kind: 'foreign' };

const objectCreated = z.object({
  source: z.literal('aws.s3'),
  'detail-type': z.literal('Object Created'),
  detail: z.object({ object: z.object({ key: z.string() }) }),
});

// "ECS might add properties": https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_cwe_events.html
const taskStateChange = z.object({
  source: z.literal('aws.ecs'),
  'detail-type': z.literal('ECS Task State Change'),
  detail: z.object({
    lastStatus: z.string(),
    startedBy: z.optional(z.string()),
    group: z.optional(z.string()),
    ...stoppedContainer,
  }),
});

// What EventBridge Scheduler, and a rule with a schedule, send unless told otherwise:
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html
const minute = z.object({ 'detail-type': z.literal('Scheduled Event') });

/**
 * Recognizes an event; `group` is that of this agent's ECS tasks.
 * @throws AgentError `queue-failed` for an event that this deployment has not asked for.
 */
export function eventKind(event: unknown, group: string): EventKind {
  const messages = receivedMessages(event);
  if (messages) return { kind: 'messages', messages };
  const created = objectCreated.safeParse(event).data;
  if (created) return resultStored(created.detail.object.key);
  const changed = taskStateChange.safeParse(event).data;
  if (changed) return containerStopped(changed.detail, group);
  if (minute.safeParse(event).success) return { kind: 'minute-passed' };
  throw new AgentError(
    'queue-failed',
    'The reporter was invoked with an event that is none of: a message of SQS, "Object Created" of S3, ' +
      '"ECS Task State Change", "Scheduled Event". Let only the rules of the deployment invoke it.',
  );
}

function resultStored(key: string): EventKind {
  const executionId = executionIdOf(/^work\/([^/]+)\/result$/.exec(key)?.[1]);
  return executionId === undefined ? { kind: 'foreign' } : { kind: 'result-stored', executionId };
}

function containerStopped(detail: z.infer<typeof taskStateChange>['detail'], group: string): EventKind {
  const isOurs = detail.lastStatus === 'STOPPED' && detail.group === group;
  const executionId = isOurs ? executionIdOf(detail.startedBy) : undefined;
  if (executionId === undefined) return { kind: 'foreign' };
  return { kind: 'container-stopped', executionId, container: detail };
}

function executionIdOf(text: string | undefined): ExecutionId | undefined {
  return idOf({ id: text })?.toString();
}
