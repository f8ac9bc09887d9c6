import { describe, expect, it } from 'vitest';
import { AgentError } from '../../core/errors.ts';
import { dispatch } from '../../functions/dispatcher/dispatch.ts';
import { redactWithheld } from '../../functions/reporter/redact-withheld.ts';
import { report } from '../../functions/reporter/report.ts';
import { examine } from '../../functions/reporter/sweep.ts';
import { bashTask, type MemoryAgent, memoryAgent, receive, runTo, stderr, stdout } from './memory-agent.ts';

async function dispatched(input: object = bashTask, uploadUrl: string | null = null): Promise<MemoryAgent> {
  const agent = memoryAgent();
  await receive(agent, input);
  agent.controlPlane.locks.set(7, { outcome: 'granted', uploadUrl });
  await dispatch(agent, '7');
  return agent;
}

describe('reporting', () => {
  it('posts the redacted log of both streams, in order, and closes the execution', async () => {
    const agent = await dispatched();
    await runTo(agent, {}, [stdout('one\n'), stderr('gary.duck@example.com\n'), stdout('two\n')]);
    await agent.clock.advance(1_500);
    await report(agent, '7');
    expect(agent.controlPlane.reports).toEqual([
      {
        id: 7,
        status: 'success',
        logs: 'one\n[EMAIL_ADDRESS]\ntwo\n',
        uploaded: false,
        redacted: true,
        'elapsed-time-ms': 1_500,
        'log-size': 24,
        'exit-code': 0,
        reason: 'exited',
      },
    ]);
    expect(await Array.fromAsync(agent.ledger.open())).toEqual([]);
    expect(await agent.ledger.readOutput('7', 1)).toBeUndefined();
  });

  it('posts nothing while there is no result', async () => {
    const agent = await dispatched();
    await report(agent, '7');
    expect(agent.controlPlane.reports).toEqual([]);
  });

  it('uploads the whole log where the lock said so', async () => {
    const agent = await dispatched(bashTask, 'https://bucket.example.com/log');
    await runTo(agent, {}, [stdout('card 4111 1111 1111 1111\n')]);
    await report(agent, '7');
    expect(agent.controlPlane.uploads.get('https://bucket.example.com/log')).toBe(
      'card [CREDIT_CARD_NUMBER]\n',
    );
    expect(agent.controlPlane.reports[0]).toMatchObject({ uploaded: true });
  });

  it('still reports when the upload fails', async () => {
    const agent = await dispatched(bashTask, 'https://bucket.example.com/log');
    agent.controlPlane.upload = async () => {
      throw new AgentError('api-refused', 'The upload was refused.');
    };
    await runTo(agent, {}, [stdout('hello\n')]);
    await report(agent, '7');
    expect(agent.controlPlane.reports[0]).toMatchObject({ uploaded: false, logs: 'hello\n' });
  });

  it('posts the same body again when the answer to the first was lost', async () => {
    const agent = await dispatched();
    await runTo(agent, {}, [stdout('hello\n')]);
    const post = agent.controlPlane.report;
    agent.controlPlane.report = async (body) => {
      await post(body);
      throw new AgentError('api-unreachable', 'No answer.', { retryable: true });
    };
    await expect(report(agent, '7')).rejects.toMatchObject({ retryable: true });
    agent.controlPlane.report = post;
    await agent.clock.advance(3_600_000);
    await report(agent, '7');
    const [first, second] = agent.controlPlane.reports;
    expect(second).toEqual(first);
  });

  it('redacts its own sentences, which may quote the output', async () => {
    const agent = await dispatched();
    await runTo(agent, { reason: 'rejected', exitCode: null, message: 'no such user gary.duck@example.com' });
    await report(agent, '7');
    expect(agent.controlPlane.reports[0]?.logs).toBe('no such user [EMAIL_ADDRESS]\n');
  });

  it.each([
    [{ exitCode: 3 }, 'failure', /exit code 3/],
    [{ exitCode: null }, 'failure', /never a success/],
    [{ reason: 'timed-out', exitCode: null, message: 'It ran for 5 s.' }, 'failure', /^It ran for 5 s.$/m],
  ] as const)('says how it ended when the output does not (%o)', async (result, status, logs) => {
    const agent = await dispatched();
    await runTo(agent, result);
    await report(agent, '7');
    expect(agent.controlPlane.reports[0]).toMatchObject({ status, logs: expect.stringMatching(logs) });
  });

  it('puts standard output alone into the result of a CSV type, and both streams into the log', async () => {
    const agent = await dispatched({ ...bashTask, type: 'postgres-csv' });
    await runTo(agent, {}, [stderr('NOTICE: slow\n'), stdout('a,b\n1,2\n')]);
    await report(agent, '7');
    expect(agent.controlPlane.reports[0]?.logs).toBe('a,b\n1,2\n');
    expect(agent.logStore.logs.get('7')).toBe('NOTICE: slow\na,b\n1,2\n');
  });

  it('cuts a long log in the result only, and says where the rest is', async () => {
    const agent = await dispatched();
    await runTo(agent, {}, [stdout('0123456\n'.repeat(200_000))]);
    await report(agent, '7');
    const logs = agent.controlPlane.reports[0]?.logs ?? '';
    expect(logs).toMatch(/\[first 1048576 of 1600000 characters; the complete log is at memory:7\]\n$/);
    expect(agent.logStore.logs.get('7')).toHaveLength(1_600_000);
  });
});

describe('output that cannot be redacted', () => {
  const failing = (retryable: boolean) => ({
    async *output(): AsyncGenerator<never> {
      yield* [];
      throw new AgentError('redaction-failed', 'The detector is down.', { retryable });
    },
  });

  it('waits while the detector may come back, and is withheld after the limit', async () => {
    const agent = await dispatched();
    await runTo(agent, {}, [stdout('gary.duck@example.com\n')]);
    const broken = { ...agent, redactor: { ...agent.redactor, ...failing(true) } };
    await expect(report(broken, '7')).rejects.toMatchObject({ code: 'redaction-failed' });
    expect(agent.controlPlane.reports).toEqual([]);

    await agent.clock.advance(901_000);
    await report(broken, '7');
    expect(agent.controlPlane.reports).toEqual([
      expect.objectContaining({
        status: 'failure',
        reason: 'withheld',
        logs: expect.stringMatching(/withheld/),
      }),
    ]);
    expect(JSON.stringify(agent.controlPlane.reports)).not.toContain('gary');
  });

  it('is withheld at once when waiting cannot help', async () => {
    const agent = await dispatched();
    await runTo(agent, {}, [stdout('gary.duck@example.com\n')]);
    await report({ ...agent, redactor: { ...agent.redactor, ...failing(false) } }, '7');
    expect(agent.controlPlane.reports[0]).toMatchObject({ reason: 'withheld' });
  });

  it('is withheld too when somebody deleted it, so that its user waits no longer', async () => {
    const agent = await dispatched();
    await runTo(agent, { output: { parts: 1, bytes: 6, cutBytes: 0 } });
    await expect(report(agent, '7')).rejects.toMatchObject({ retryable: true });
    await agent.clock.advance(901_000);
    await report(agent, '7');
    expect(agent.controlPlane.reports).toMatchObject([{ status: 'failure', reason: 'withheld' }]);
  });
});

describe('a withheld output', () => {
  async function withheld() {
    const agent = await dispatched();
    await runTo(agent, {}, [stdout('gary.duck@example.com\n')]);
    const broken = {
      async *output(): AsyncGenerator<never> {
        yield* [];
        throw new AgentError('redaction-failed', 'The detector is down.');
      },
    };
    await report({ ...agent, redactor: { ...agent.redactor, ...broken } }, '7');
    return agent;
  }

  it('can be redacted into the log store once the detector is back, without a second result', async () => {
    const agent = await withheld();
    await report(agent, '7');
    await examine(agent, '7');
    expect(await redactWithheld(agent, '7')).toBe('memory:7');
    expect(agent.logStore.logs.get('7')).toBe('[EMAIL_ADDRESS]\n');
    expect(agent.controlPlane.reports).toHaveLength(1);
    expect(await agent.ledger.readOutput('7', 1)).toBeUndefined();
    expect(await agent.ledger.read('7', 'redacted')).toMatchObject({ findings: { EMAIL_ADDRESS: 1 } });
  });

  it('is deleted after its day', async () => {
    const agent = await withheld();
    await agent.clock.advance(23 * 3_600_000);
    await examine(agent, '7');
    expect(await agent.ledger.readOutput('7', 1)).toBeDefined();
    await agent.clock.advance(3_600_000);
    await examine(agent, '7');
    expect(await agent.ledger.readOutput('7', 1)).toBeUndefined();
    await expect(redactWithheld(agent, '7')).rejects.toThrow(/Nothing is withheld/);
  });
});
