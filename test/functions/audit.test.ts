import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventBusAudit } from '../../adapters/aws/audit-bus.ts';
import { s3AuditChain } from '../../adapters/aws/audit-chain.ts';
import { sha256 } from '../../adapters/sha256.ts';
import { AgentError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Audit } from '../../core/ports.ts';
import { dispatch } from '../../functions/dispatcher/dispatch.ts';
import { report } from '../../functions/reporter/report.ts';
import { startFakeAws } from '../support/fake-aws.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { startFakeLockedBucket } from '../support/fake-locked-bucket.ts';
import { auditedIds, auditFailure, breakAudit } from './broken-audit.ts';
import { bashTask, memoryAgent, receive } from './memory-agent.ts';

const patient = { skip: 60_000 };
const task = { ...bashTask, user_email: 'ana@example.com', user_groups: 'dba', description: 'Ticket 12' };

describe('a decision', () => {
  it('is in the trail before its launch is written down, with who asked for what under which rules', async () => {
    const agent = memoryAgent();
    await receive(agent, task);
    const { create } = agent.ledger;
    agent.ledger.create = (id, name, record) => {
      if (name === 'launching') expect(auditedIds(agent)).toEqual(['7/allow']);
      return create(id, name, record);
    };
    await dispatch(agent, '7');
    expect(agent.auditing.audit.records).toEqual([
      {
        ...{ version: 1, kind: 'decision', id: '7/allow', at: new Date(agent.clock.now()).toISOString() },
        ...{ agent: 'prod', taskId: 7, type: 'bash', target: 'shell', description: 'Ticket 12' },
        user: { email: 'ana@example.com', groups: 'dba', verified: false },
        script: { sha256: sha256('true'), bytes: 4 },
        policySha256: sha256('{"targets":{}}'),
        ...{ image: 'shell@sha256:1', decision: 'allow', code: null },
      },
    ]);
    expect(agent.launcher.requests).toHaveLength(1);
  });

  it('to deny is in the trail with its code, before it is a result', async () => {
    const agent = memoryAgent();
    await receive(agent, { ...task, type: 'cobol' });
    const mend = breakAudit(agent);
    await expect(dispatch(agent, '7')).rejects.toBe(auditFailure);
    expect(await agent.ledger.read('7', 'started')).toBeUndefined();
    mend();
    await agent.clock.advance(31_000);
    await dispatch(agent, '7');
    expect(agent.auditing.audit.records).toMatchObject([
      {
        id: '7/deny',
        decision: 'deny',
        code: 'task-invalid',
        type: 'cobol',
        script: { bytes: 4 },
        image: null,
      },
    ]);
    expect(await agent.ledger.read('7', 'started')).toMatchObject({ by: 'nobody' });
  });

  it('says whether the user was verified', async () => {
    const verified = async (token: string | null, code?: 'denied') => {
      const agent = memoryAgent();
      const policy = { targets: code ? { shell: { types: ['postgres'] } } : {} };
      const verifyIdentity = async () => {
        if (token === null) throw new AgentError('identity-rejected', 'There is no token.');
        return { email: 'ana@example.com', expiresAt: agent.clock.now() + 60_000 };
      };
      await receive(agent, { ...task, token });
      await dispatch({ ...agent, policy, verifyIdentity }, '7');
      return agent.auditing.audit.records[0];
    };
    expect(await verified('good')).toMatchObject({ decision: 'allow', user: { verified: true } });
    expect(await verified('good', 'denied')).toMatchObject({
      code: 'policy-denied',
      user: { verified: true },
    });
    expect(await verified(null)).toMatchObject({ code: 'identity-rejected', user: { verified: false } });
  });

  it('is not written again by an attempt that finds the launch, and is by one that does not', async () => {
    const agent = memoryAgent();
    await receive(agent, task);
    agent.launcher.launch = async () => {
      throw new AgentError('launch-failed', 'No capacity.', { retryable: true });
    };
    await dispatch(agent, '7').catch(() => {});
    await agent.clock.advance(31_000);
    await dispatch(agent, '7').catch(() => {});
    expect(auditedIds(agent)).toEqual(['7/allow']);

    const other = memoryAgent();
    await receive(other, task);
    const { create } = other.ledger;
    other.ledger.create = async (id, name, record) => {
      if (name === 'launching') throw new AgentError('ledger-failed', 'It died here.', { retryable: true });
      return create(id, name, record);
    };
    await dispatch(other, '7').catch(() => {});
    await other.clock.advance(31_000);
    Object.assign(other.ledger, { create });
    await dispatch(other, '7');
    expect(auditedIds(other)).toEqual(['7/allow', '7/allow']);
  });

  it('cuts what a user wrote at length, and holds nothing of the script', async () => {
    const agent = memoryAgent();
    await receive(agent, { ...task, script: 'echo p4ssw0rd', description: '😀'.repeat(5000) });
    await dispatch(agent, '7');
    const [record] = agent.auditing.audit.records;
    expect(record?.description).toHaveLength(1000);
    expect(record?.description?.isWellFormed()).toBe(true);
    expect(JSON.stringify(record)).not.toContain('p4ssw0rd');
  });
});

describe('nothing starts', () => {
  const credentials = { accessKeyId: 'x', secretAccessKey: 'y' };
  type Refuse = (aws: Awaited<ReturnType<typeof places>>) => void;

  async function places() {
    const [aws, bucket] = await Promise.all([startFakeAws(), startFakeLockedBucket()]);
    onTestFinished(async () => {
      aws.close();
      await bucket.close();
    });
    const clock = fakeClock(patient);
    const events = new EventBridgeClient({
      endpoint: aws.url,
      region: 'eu-west-1',
      credentials,
      maxAttempts: 1,
    });
    const bus = eventBusAudit({ events, bus: 'prod-audit', clock });
    const chain = s3AuditChain({ s3: bucket.s3, bucket: 'trail', clock });
    const audit: Audit = {
      async write(record) {
        await Promise.all([bus.write(record), chain.write(record)]);
      },
    };
    return { aws, bucket, audit };
  }

  it.for<[what: string, refuse: Refuse]>([
    [
      'the bus refuses',
      ({ aws }) => aws.refused.set('PutEvents', { status: 400, answer: { __type: 'AccessDenied' } }),
    ],
    [
      'the bus does not take the event',
      ({ aws }) =>
        aws.refused.set('PutEvents', { status: 200, answer: { FailedEntryCount: 1, Entries: [{}] } }),
    ],
    [
      'the bus is not there',
      ({ aws }) =>
        aws.refused.set('DescribeEventBus', { status: 400, answer: { __type: 'ResourceNotFoundException' } }),
    ],
    ['the bucket refuses', ({ bucket }) => bucket.faults.push(...Array.from({ length: 40 }, () => 403))],
    ['the bucket is broken', ({ bucket }) => bucket.faults.push(...Array.from({ length: 40 }, () => 503))],
  ])('when %s, and the start deadline ends it with a result', async ([, refuse]) => {
    const there = await places();
    const agent = memoryAgent();
    const deps = { ...agent, auditing: { ...agent.auditing, audit: there.audit } };
    await receive(agent, task);
    refuse(there);
    await expect(dispatch(deps, '7')).rejects.toMatchObject({ code: 'audit-failed', retryable: true });
    expect(agent.launcher.requests).toEqual([]);
    expect(await agent.ledger.read('7', 'launching')).toBeUndefined();

    await agent.clock.advance((limits.startSeconds + 1) * 1000);
    await dispatch(deps, '7');
    expect(await agent.ledger.read('7', 'started')).toMatchObject({
      by: 'nobody',
      result: { reason: 'lost' },
    });
    expect(agent.launcher.requests).toEqual([]);

    // The result goes out all the same, and its end is written when that is possible again.
    await report(deps, '7').catch(() => {});
    expect(agent.controlPlane.reports).toMatchObject([{ id: 7, reason: 'lost' }]);
    there.aws.refused.clear();
    there.bucket.faults.splice(0);
    await report(deps, '7');
    expect(there.aws.events.at(-1)?.Detail).toContain('"id":"7/end"');
    expect(await Array.fromAsync(agent.ledger.open())).toEqual([]);
  });
});
