import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditDetailTypes, auditSource, eventBusAudit } from '../../../adapters/aws/audit-bus.ts';
import { recordOf } from '../../support/audit-record.ts';
import { type FakeAws, startFakeAws } from '../../support/fake-aws.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const bus = 'prod-audit';
const credentials = { accessKeyId: 'x', secretAccessKey: 'y' };

let aws: FakeAws;
beforeEach(async () => {
  aws = await startFakeAws();
});
afterEach(() => aws.close());

function audit(clock = fakeClock({ skip: 60_000 })) {
  const events = new EventBridgeClient({
    endpoint: aws.url,
    region: 'eu-west-1',
    credentials,
    maxAttempts: 1,
  });
  return { audit: eventBusAudit({ events, bus, clock }), clock };
}

describe('a bus of EventBridge', () => {
  it('gets one event for each record, with all of it as the detail', async () => {
    const record = recordOf({});
    await audit().audit.write(record);
    const DetailType = auditDetailTypes.decision;
    expect(aws.events).toMatchObject([{ EventBusName: bus, Source: auditSource, DetailType }]);
    expect(JSON.parse(aws.events[0]?.Detail ?? '')).toEqual(record);
  });

  it.for<[what: string, call: string, status: number, answer: object, said: RegExp]>([
    [
      'a 200 with a failed entry',
      'PutEvents',
      200,
      failedEntry('AccessDeniedException'),
      /PutEvents on the bus .* was denied/,
    ],
    [
      'an entry that is throttled for long',
      'PutEvents',
      200,
      failedEntry('ThrottlingException'),
      /too much came at once/,
    ],
    [
      'a denied call',
      'PutEvents',
      400,
      { __type: 'AccessDeniedException' },
      /was denied \(AccessDeniedException, 400\)/,
    ],
    [
      'a service that is broken',
      'PutEvents',
      500,
      { __type: 'InternalException' },
      /AWS failed at events:PutEvents/,
    ],
    // EventBridge drops events for a bus that is not there, and says 200.
    [
      'no such bus',
      'DescribeEventBus',
      400,
      { __type: 'ResourceNotFoundException' },
      /because the bus .* does not exist/,
    ],
  ])('fails for good, to be tried again later, with %s', async ([, call, status, answer, said]) => {
    aws.refused.set(call, { status, answer });
    await expect(audit().audit.write(recordOf({}))).rejects.toMatchObject({
      ...{ code: 'audit-failed', retryable: true },
      message: expect.stringMatching(said),
    });
  });

  it('is tried again at once when the failure may pass', async () => {
    aws.refused.set('PutEvents', { status: 200, answer: failedEntry('InternalFailure') });
    const clock = fakeClock();
    const writing = audit(clock).audit.write(recordOf({}));
    await clock.asleep();
    aws.refused.clear();
    await clock.advance(200);
    await writing;
    expect(aws.events).toHaveLength(1);
  });

  it('is looked for now and then, not for each record', async () => {
    const { audit: trail, clock } = audit(fakeClock({ skip: Number.POSITIVE_INFINITY }));
    await trail.write(recordOf({}));
    aws.refused.set('DescribeEventBus', { status: 400, answer: { __type: 'ResourceNotFoundException' } });
    await trail.write(recordOf({}));
    await clock.sleep(300_000);
    await expect(trail.write(recordOf({}))).rejects.toThrow('does not exist');
  });
});

function failedEntry(ErrorCode: string) {
  return { FailedEntryCount: 1, Entries: [{ ErrorCode, ErrorMessage: 'No.' }] };
}
