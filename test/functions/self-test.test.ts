import { describe, expect, it } from 'vitest';
import { AgentError } from '../../core/errors.ts';
import { localRedactor } from '../../core/redaction/local-redactor.ts';
import { selfTestId } from '../../core/self-test.ts';
import { bashTask } from './memory-agent.ts';
import { denied, planted, workingAgent } from './self-test-agent.ts';

const id = selfTestId('one');

describe('the self-test of an agent that works', () => {
  it('passes, says so, and leaves nothing open', async () => {
    const { test, memory, lines } = workingAgent();
    const { Seconds, Summary } = await test();
    expect(Summary).toMatch(new RegExp(`^The self-test passed in ${Seconds} s: a task went through queue`));
    expect(Number(Seconds)).toBeLessThan(30);
    expect(memory.logStore.logs.get(id)).toMatch(
      /standard error: \[CREDIT_CARD_NUMBER\]\n.*output: \[CREDIT_/,
    );
    expect(await Array.fromAsync(memory.ledger.open())).toEqual([]);
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ event: 'self-test.passed', taskId: id }),
    );
    expect(lines.join('')).not.toContain(planted);
  });

  it('is none of the business of the API and of the hooks', async () => {
    const { test, memory } = workingAgent();
    const told: string[] = [];
    Object.assign(memory, { hooks: { before: () => told.push('before'), after: () => told.push('after') } });
    await test();
    expect([...memory.controlPlane.locks, ...memory.controlPlane.reports, ...told]).toEqual([]);
  });

  it('needs no user, and no policy that allows scripts', async () => {
    const { test, memory } = workingAgent();
    const verifyIdentity = () => Promise.reject(new AgentError('identity-rejected', 'Nobody is known.'));
    Object.assign(memory, { verifyIdentity, policy: { types: ['postgres'], targets: {} } });
    await expect(test()).resolves.toBeDefined();
  });

  it.each(['mask', 'keep-last-four'] as const)(
    'passes where the deployment wants findings to %s',
    async (as) => {
      const { test, memory } = workingAgent();
      memory.redactor = localRedactor({ transformations: { default: as } });
      await test();
      expect(memory.logStore.logs.get(id)).toContain('******');
    },
  );

  it('passes when the message is lost, because the sweep finds the task', async () => {
    const { test, memory } = workingAgent();
    const { send } = memory.dispatches;
    memory.dispatches.send = async () => {
      memory.dispatches.send = send;
    };
    expect(Number((await test()).Seconds)).toBeGreaterThanOrEqual(60);
  });

  it('passes when permissions that are new do not hold yet', async () => {
    const { test, memory } = workingAgent();
    const { create } = memory.ledger;
    const begun = memory.clock.now();
    memory.ledger.create = async (...record) => {
      if (memory.clock.now() < begun + 20_000) throw denied();
      return create(...record);
    };
    await expect(test()).resolves.toBeDefined();
  });

  it('runs once for a request that comes twice, at once or later', async () => {
    const { test, memory } = workingAgent();
    await Promise.all([test(), test()]);
    await test();
    expect(memory.launcher.requests).toHaveLength(1);
    expect(await Array.fromAsync(memory.ledger.open())).toEqual([]);
    await test({ RequestId: 'two' });
    expect(memory.launcher.requests).toHaveLength(2);
  });
});

describe('the way back of a stack', () => {
  it('is not tested, because it must succeed', async () => {
    const { test, memory } = workingAgent();
    memory.isRollingBack = async (stack) => stack === 'arn:stack';
    expect((await test({ RequestType: 'Update' })).Summary).toMatch(/^Not tested/);
    expect(memory.launcher.requests).toEqual([]);
  });

  it('is no way back when nobody can say so', async () => {
    const { test, memory } = workingAgent();
    memory.isRollingBack = () => Promise.reject(new Error('AccessDenied'));
    await test({ RequestType: 'Update' });
    expect(memory.launcher.requests).toHaveLength(1);
  });
});

describe('the name of self-tests', () => {
  it('is refused to tasks of the API, which never run', async () => {
    const agent = workingAgent();
    const { controlPlane, ledger, launcher } = agent.memory;
    controlPlane.ready = [{ ...bashTask, id: 'self-test-mine', script: 'echo mine' }];
    expect(await agent.poll()).toBe(0);
    await agent.work();
    expect(agent.lines.join()).toMatch(/"task.refused".*only self-tests have/);
    expect(await ledger.read('self-test-mine', 'task')).toBeUndefined();
    expect(launcher.requests).toEqual([]);
  });

  it('keeps the API from killing one', async () => {
    const agent = workingAgent();
    agent.memory.runner = () => undefined;
    const waiting = agent.test().catch(() => {});
    await new Promise(setImmediate);
    agent.memory.controlPlane.kills = [id];
    await agent.poll();
    expect(await agent.memory.ledger.read(id, 'kill')).toBeUndefined();
    await waiting;
  });

  it('runs the script of the release, whatever its record says, and answers for no other task', async () => {
    const agent = workingAgent();
    const input = { ...bashTask, script: 'echo forged', custom_command: 'echo forged', target: 'production' };
    await agent.memory.ledger.create(id, 'task', { receivedAt: 0, input });
    await agent.test();
    expect(agent.scripts).toHaveLength(1);
    expect(agent.scripts.join()).not.toContain('forged');
    expect(agent.memory.launcher.requests).toMatchObject([
      { type: 'bash', target: null, secretVariable: null },
    ]);
    expect(agent.memory.controlPlane.reports).toEqual([]);
  });

  it('starts nothing without a record, and nothing when another execution borrows it', async () => {
    const agent = workingAgent();
    const { dispatches, ledger, launcher } = agent.memory;
    await ledger.create('7', 'task', { receivedAt: 0, input: { ...bashTask, id: 'self-test-mine' } });
    dispatches.sent.push('7', 'self-test-other');
    await agent.work();
    expect(await ledger.read('7', 'lock')).toBeUndefined();
    expect(launcher.requests).toEqual([]);
  });
});
