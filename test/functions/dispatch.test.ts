import { describe, expect, it } from 'vitest';
import { AgentError } from '../../core/errors.ts';
import { dispatch } from '../../functions/dispatcher/dispatch.ts';
import { kill } from '../../functions/dispatcher/kill.ts';
import { bashTask, memoryAgent, receive, runTo } from './memory-agent.ts';

describe('dispatching', () => {
  it('locks the task, writes the spec and launches one runner', async () => {
    const agent = memoryAgent();
    await receive(agent);
    await dispatch(agent, '7');
    expect(agent.launcher.requests).toEqual([
      { executionId: '7', type: 'bash', target: 'shell', secretVariable: null },
    ]);
    expect(await agent.ledger.read('7', 'spec')).toMatchObject({ taskId: 7, script: 'true', redact: 'all' });
    expect(await agent.ledger.read('7', 'launched')).toMatchObject({ launchId: 'launch-1' });
  });

  it('starts nothing once the permanent claim is taken, however often the message comes', async () => {
    const agent = memoryAgent();
    await receive(agent);
    await dispatch(agent, '7');
    await runTo(agent, {});
    await agent.clock.advance(60_000);
    await dispatch(agent, '7');
    expect(agent.launcher.requests).toHaveLength(1);
  });

  it('leaves the message while another dispatcher may still be at work', async () => {
    const agent = memoryAgent();
    await receive(agent);
    await agent.ledger.create('7', 'claim-1', { claimedAt: agent.clock.now() });
    await expect(dispatch(agent, '7')).rejects.toMatchObject({ retryable: true });
    await agent.clock.advance(31_000);
    await dispatch(agent, '7');
    expect(agent.launcher.requests).toHaveLength(1);
  });

  it('repeats the same launch request after a crash between the request and its answer', async () => {
    const agent = memoryAgent();
    await receive(agent);
    const launch = agent.launcher.launch;
    agent.launcher.launch = async (request) => {
      await launch(request);
      throw new AgentError('launch-failed', 'The answer was lost.', { retryable: true });
    };
    await expect(dispatch(agent, '7')).rejects.toMatchObject({ retryable: true });
    await agent.clock.advance(31_000);
    agent.launcher.launch = launch;
    await dispatch(agent, '7');
    expect(agent.launcher.requests[1]).toEqual(agent.launcher.requests[0]);
  });

  it('forgets a task that the API gives to somebody else', async () => {
    const agent = memoryAgent();
    await receive(agent);
    agent.controlPlane.locks.set(7, { outcome: 'refused' });
    await dispatch(agent, '7');
    expect(agent.launcher.requests).toEqual([]);
    expect(await Array.fromAsync(agent.ledger.open())).toEqual([]);
  });

  it.each(['unclear', 'refused'] as const)(
    'starts nothing, but owes a result, when an earlier lock may be ours (%s)',
    async (outcome) => {
      const agent = memoryAgent();
      await receive(agent);
      if (outcome === 'refused') await agent.ledger.create('7', 'claim-1', { claimedAt: 0 });
      agent.controlPlane.locks.set(7, { outcome });
      await dispatch(agent, '7');
      expect(agent.launcher.requests).toEqual([]);
      expect(await agent.ledger.read('7', 'result')).toMatchObject({ reason: 'lost' });
      expect(agent.reports.sent).toEqual(['7']);
    },
  );

  it.each([
    ['an unknown type', { ...bashTask, type: 'cobol' }, /^invalid task type \[cobol\]/],
    ['a bad field', { ...bashTask, script: 5 }, /script/],
    ['hooks in Clojure', { ...bashTask, hooks: 'e30=' }, /hooks/],
    ['a script beyond the limit', { ...bashTask, script: 'x'.repeat(64 * 1024 * 1024 + 1) }, /at most/],
  ])('rejects %s with a sentence, after the lock', async (_, input, message) => {
    const agent = memoryAgent();
    await receive(agent, input);
    await dispatch(agent, '7');
    expect(await agent.ledger.read('7', 'lock')).toBeDefined();
    expect(await agent.ledger.read('7', 'result')).toMatchObject({
      reason: 'rejected',
      message: expect.stringMatching(message),
    });
    expect(agent.launcher.requests).toEqual([]);
  });

  it('rejects a task whose user is not verified', async () => {
    const agent = memoryAgent();
    await receive(agent);
    const verifyIdentity = async () => {
      throw new AgentError('identity-rejected', 'The token has expired.');
    };
    await dispatch({ ...agent, verifyIdentity }, '7');
    expect(await agent.ledger.read('7', 'result')).toMatchObject({ reason: 'rejected' });
    expect(agent.launcher.requests).toEqual([]);
  });

  it('lets a task start no later than the expiry of its user’s token', async () => {
    const agent = memoryAgent();
    await receive(agent);
    const expiresAt = agent.clock.now() + 5_000;
    const verifyIdentity = async () => ({ email: null, expiresAt });
    agent.launcher.launch = async () => {
      throw new AgentError('launch-failed', 'No capacity.', { retryable: true });
    };
    await expect(dispatch({ ...agent, verifyIdentity }, '7')).rejects.toMatchObject({ retryable: true });
    expect(await agent.ledger.read('7', 'spec')).toMatchObject({ startBefore: expiresAt });
    await agent.clock.advance(31_000);
    await dispatch({ ...agent, verifyIdentity }, '7');
    expect(await agent.ledger.read('7', 'result')).toMatchObject({ reason: 'lost', startedAt: null });
  });

  it('reports a launch that can never work', async () => {
    const agent = memoryAgent();
    await receive(agent);
    agent.launcher.launch = async () => {
      throw new AgentError('launch-failed', 'The image does not exist.');
    };
    await dispatch(agent, '7');
    expect(await agent.ledger.read('7', 'result')).toMatchObject({ message: 'The image does not exist.' });
  });

  it('lets `redact: none` count only where the policy allows it for the target', async () => {
    const redactOf = async (policy: Parameters<typeof dispatch>[0]['policy'], redact: string | null) => {
      const agent = memoryAgent();
      await receive(agent, { ...bashTask, redact });
      await dispatch({ ...agent, policy }, '7');
      return (await agent.ledger.read('7', 'spec'))?.redact;
    };
    const allowing = { targets: { shell: { allowUnredacted: true } } };
    expect(await redactOf({ targets: {} }, 'none')).toBe('all');
    expect(await redactOf(allowing, 'none')).toBe('none');
    expect(await redactOf(allowing, null)).toBe('all');
    expect(await redactOf(allowing, 'some')).toBe('all');
  });
});

describe('killing', () => {
  it('ends an execution before its start, so that a late runner finds the claim taken', async () => {
    const agent = memoryAgent();
    await receive(agent);
    await agent.ledger.create('7', 'lock', { lockedAt: 0, uploadUrl: null });
    await kill(agent, '7');
    const late = await agent.ledger.create('7', 'started', { by: 'runner', launchId: 'x', startedAt: 0 });
    expect(late).toBe(false);
    expect(await agent.ledger.read('7', 'result')).toMatchObject({ reason: 'killed' });
    expect(agent.reports.sent).toEqual(['7']);
  });

  it('stops the runner of a started one and leaves the result to it', async () => {
    const agent = memoryAgent();
    await receive(agent);
    await dispatch(agent, '7');
    await agent.ledger.create('7', 'started', { by: 'runner', launchId: 'launch-1', startedAt: 0 });
    await kill(agent, '7');
    expect(agent.launcher.stopped).toEqual(['launch-1']);
    expect(await agent.ledger.read('7', 'result')).toBeUndefined();
  });

  it('does nothing to an execution that has ended', async () => {
    const agent = memoryAgent();
    await receive(agent);
    await runTo(agent, {});
    await kill(agent, '7');
    expect(agent.launcher.stopped).toEqual([]);
  });
});
