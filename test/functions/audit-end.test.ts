import { describe, expect, it } from 'vitest';
import { sha256 } from '../../adapters/sha256.ts';
import { AgentError } from '../../core/errors.ts';
import { dispatch } from '../../functions/dispatcher/dispatch.ts';
import { report } from '../../functions/reporter/report.ts';
import { sweep } from '../../functions/reporter/sweep.ts';
import { auditedIds, auditFailure, breakAudit } from './broken-audit.ts';
import { bashTask, type MemoryAgent, memoryAgent, receive, runTo, stdout } from './memory-agent.ts';

const task = { ...bashTask, user_email: 'ana@example.com' };

describe('an end', () => {
  async function ended(agent: MemoryAgent) {
    await receive(agent, task);
    await dispatch(agent, '7');
    const by = { by: 'runner', launchId: 'arn:task/1', imageDigest: 'sha256:abc' } as const;
    await agent.ledger.create('7', 'started', { ...by, startedAt: agent.clock.now() });
    await runTo(agent, { exitCode: 3 }, [stdout('mail ana.lima@example.com\n')]);
  }

  it('is in the trail after its result is posted, with the SHA-256 of the log as it was stored', async () => {
    const agent = memoryAgent();
    await ended(agent);
    await report(agent, '7');
    const log = agent.logStore.logs.get('7') ?? '';
    expect(log).not.toContain('ana.lima');
    expect(agent.auditing.audit.records[1]).toMatchObject({
      ...{ kind: 'end', id: '7/end', status: 'failure', reason: 'exited', exitCode: 3 },
      ...{ container: 'arn:task/1', imageDigest: 'sha256:abc', image: 'shell@sha256:1' },
      output: { sha256: sha256(log), bytes: Buffer.byteLength(log), withheld: false },
      user: { email: 'ana@example.com' },
    });
  });

  it('keeps no result from its user when it cannot be written, and keeps its execution open', async () => {
    const agent = memoryAgent();
    await ended(agent);
    const mend = breakAudit(agent);
    await expect(report(agent, '7')).rejects.toBe(auditFailure);
    expect(agent.controlPlane.reports).toHaveLength(1);

    await sweep(agent);
    expect(await Array.fromAsync(agent.ledger.open())).toEqual(['7']);
    expect(agent.reports.sent).toContain('7');
    mend();
    await report(agent, '7');
    expect(auditedIds(agent)).toEqual(['7/allow', '7/end']);
    expect(agent.controlPlane.reports).toHaveLength(1);
    expect(await Array.fromAsync(agent.ledger.open())).toEqual([]);
  });

  it('is not written again by a reporter that wakes up late', async () => {
    const agent = memoryAgent();
    await ended(agent);
    await report(agent, '7');
    expect(await Array.fromAsync(agent.ledger.open())).toEqual([]);
    expect(await agent.ledger.read('7', 'audited')).toEqual({ auditedAt: agent.clock.now() });
    await report(agent, '7');
    expect(auditedIds(agent)).toEqual(['7/allow', '7/end']);
  });

  it('is not made of what a close has left', async () => {
    const agent = memoryAgent();
    await ended(agent);
    const { read } = agent.ledger;
    let looks = 0;
    // The other reporter audits and closes while this one reads.
    agent.ledger.read = async (id, name) => {
      if (name === 'audited' && ++looks === 2) await agent.ledger.create(id, 'audited', { auditedAt: 1 });
      return name === 'spec' ? undefined : read(id, name);
    };
    await report(agent, '7');
    expect(auditedIds(agent)).toEqual(['7/allow']);
  });

  it('is written for a task for which nothing was decided, and for one that cannot be read', async () => {
    const agent = memoryAgent();
    await receive(agent, { id: 7, type: 5 });
    await dispatch(agent, '7');
    await report(agent, '7');
    expect(agent.auditing.audit.records).toMatchObject([
      { id: '7/deny', taskId: 7, type: null, script: null, policySha256: null },
      { id: '7/end', taskId: 7, startedAt: null, container: null, reason: 'rejected' },
    ]);
  });

  it('of a withheld output says so', async () => {
    const agent = memoryAgent();
    await ended(agent);
    agent.redactor = {
      ...agent.redactor,
      output: () => {
        throw new AgentError('redaction-failed', 'It cannot be done.');
      },
    };
    await report(agent, '7');
    const output = { sha256: null, bytes: null, withheld: true };
    expect(agent.auditing.audit.records[1]).toMatchObject({ reason: 'exited', output });
  });
});
