import { describe, expect, it } from 'vitest';
import { dispatch } from '../../functions/dispatcher/dispatch.ts';
import { sweep } from '../../functions/reporter/sweep.ts';
import { memoryAgent, receive, runTo } from './memory-agent.ts';

describe('the sweep', () => {
  it('sends a task that nobody works on back to the dispatcher', async () => {
    const agent = memoryAgent();
    await receive(agent);
    expect(await sweep(agent)).toBe(1);
    expect(agent.dispatches.sent).toEqual(['7']);
  });

  it('reports as lost what did not start in time, for good', async () => {
    const agent = memoryAgent();
    await receive(agent);
    await dispatch(agent, '7');
    await agent.clock.advance(961_000);
    await sweep(agent);
    expect(await agent.ledger.read('7', 'result')).toMatchObject({ reason: 'lost', startedAt: null });
    expect(await agent.ledger.create('7', 'started', { by: 'runner', launchId: 'x', startedAt: 0 })).toBe(
      false,
    );
    expect(agent.reports.sent).toEqual(['7']);
  });

  it('reports as lost what was started and has no runner and no result', async () => {
    const agent = memoryAgent();
    await receive(agent);
    await dispatch(agent, '7');
    await agent.ledger.create('7', 'started', {
      by: 'runner',
      launchId: 'launch-1',
      startedAt: agent.clock.now(),
    });
    await sweep(agent);
    expect(await agent.ledger.read('7', 'result')).toBeUndefined();

    agent.launcher.end('launch-1');
    await sweep(agent);
    expect(await agent.ledger.read('7', 'result')).toMatchObject({ reason: 'lost', exitCode: null });
    expect(agent.reports.sent).toEqual(['7']);
  });

  it('never overwrites a result that is there', async () => {
    const agent = memoryAgent();
    await receive(agent);
    await dispatch(agent, '7');
    await runTo(agent, { exitCode: 5 });
    agent.launcher.end('launch-1');
    await sweep(agent);
    expect(await agent.ledger.read('7', 'result')).toMatchObject({ exitCode: 5 });
    expect(agent.reports.sent).toEqual(['7']);
  });

  it('stops a runner that is past its deadline, and one that should have been killed', async () => {
    const agent = memoryAgent();
    await receive(agent);
    await dispatch(agent, '7');
    await agent.ledger.create('7', 'started', {
      by: 'runner',
      launchId: 'launch-1',
      startedAt: agent.clock.now(),
    });
    await sweep(agent);
    expect(agent.launcher.stopped).toEqual([]);
    await agent.ledger.create('7', 'kill', { requestedAt: agent.clock.now() });
    await sweep(agent);
    await agent.clock.advance(3_660_000);
    await sweep(agent);
    expect(agent.launcher.stopped).toEqual(['launch-1', 'launch-1']);
  });

  it('finishes a decision against the start whose result was not written', async () => {
    const agent = memoryAgent();
    await receive(agent);
    const result = {
      reason: 'rejected',
      exitCode: null,
      message: 'No.',
      startedAt: null,
      endedAt: 1,
    } as const;
    const output = { parts: 0, bytes: 0, cutBytes: 0 };
    await agent.ledger.create('7', 'started', { by: 'nobody', result: { ...result, output } });
    await sweep(agent);
    expect(await agent.ledger.read('7', 'result')).toMatchObject({ message: 'No.' });
  });
});
