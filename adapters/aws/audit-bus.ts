import {
  DescribeEventBusCommand,
  type EventBridgeClient,
  PutEventsCommand,
} from '@aws-sdk/client-eventbridge';
import type { AuditRecord } from '../../core/audit.ts';
import { AgentError } from '../../core/errors.ts';
import type { Audit, Clock } from '../../core/ports.ts';
import { explainAwsFailure, mayPass } from './aws-failure.ts';
import { tryAgain } from './try-again.ts';

/** By which rules on the bus know the events: docs/audit.md. */
export const auditSource = 'runops.agent';
export const auditDetailTypes = { decision: 'Runops Decision', end: 'Runops End' } as const;

const patience = { tries: 3, pauseMilliseconds: 200 };

/** A bus that was there is believed to be there for so long. */
const knownMilliseconds = 300_000;

/** The audit trail as events on a bus of EventBridge, one per record. `bus` is its name. */
export function eventBusAudit(options: { events: EventBridgeClient; bus: string; clock: Clock }): Audit {
  const { events, bus, clock } = options;
  let knownUntil = Number.NEGATIVE_INFINITY;

  /**
   * Events for a bus that does not exist are dropped, with a 200.
   * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
   */
  async function find() {
    if (clock.now() < knownUntil) return;
    await request('events:DescribeEventBus', () => events.send(new DescribeEventBusCommand({ Name: bus })));
    knownUntil = clock.now() + knownMilliseconds;
  }

  function put(record: AuditRecord) {
    return request('events:PutEvents', async () => {
      const { FailedEntryCount = 0, Entries } = await events.send(
        new PutEventsCommand({ Entries: [entryOf(record, bus)] }),
      );
      if (FailedEntryCount > 0) throw new EntryFailed(Entries?.[0]?.ErrorCode ?? 'Unknown');
    });
  }

  async function request(action: string, send: () => Promise<unknown>) {
    try {
      await tryAgain(clock, patience, mayPass, send);
    } catch (cause) {
      const why = explainAwsFailure(cause, { action, resource: `the bus ${bus}` });
      throw new AgentError('audit-failed', `The audit record cannot be sent: ${why}`, {
        retryable: true,
        cause,
      });
    }
  }

  return {
    async write(record) {
      await Promise.all([find(), put(record)]);
    },
  };
}

function entryOf(record: AuditRecord, bus: string) {
  return {
    EventBusName: bus,
    Source: auditSource,
    DetailType: auditDetailTypes[record.kind],
    Time: new Date(record.at),
    Detail: JSON.stringify(record),
  };
}

/** An event that was not taken, although the answer is a 200. Its name is the code of EventBridge. */
class EntryFailed extends Error {
  override readonly name: string;
  constructor(code: string) {
    super(`The event was not taken: ${code}.`);
    this.name = code;
  }
}
