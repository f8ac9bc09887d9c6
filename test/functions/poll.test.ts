import { describe, expect, it } from 'vitest';
import { poll } from '../../functions/poller/poll.ts';
import { bashTask, memoryAgent, receive } from './memory-agent.ts';

describe('polling', () => {
  it('puts a ready task into the ledger and on the queue once, however often it is listed', async () => {
    const agent = memoryAgent();
    agent.controlPlane.ready = [bashTask];
    expect(await poll(agent)).toBe(1);
    expect(await poll(agent)).toBe(0);
    expect(await poll({ ...agent, seen: new Set() })).toBe(0);
    expect(agent.dispatches.sent).toEqual(['7']);
    expect(await agent.ledger.read('7', 'task')).toMatchObject({ input: bashTask });
  });

  it('passes over a task without a usable id, and takes the others', async () => {
    const agent = memoryAgent();
    agent.controlPlane.ready = [{ type: 'bash' }, null, 'task', { id: '../../etc' }, bashTask];
    expect(await poll(agent)).toBe(1);
    expect(agent.dispatches.sent).toEqual(['7']);
  });

  it('takes a task again that it could not write down', async () => {
    const agent = memoryAgent();
    agent.controlPlane.ready = [bashTask];
    const { create } = agent.ledger;
    agent.ledger.create = async () => {
      throw new Error('disk full');
    };
    await expect(poll(agent)).rejects.toThrow('disk full');
    agent.ledger.create = create;
    expect(await poll(agent)).toBe(1);
  });

  it('hands on each kill request once, for executions that it knows', async () => {
    const agent = memoryAgent();
    await receive(agent);
    agent.controlPlane.kills = [7, 8];
    await poll(agent);
    await poll(agent);
    expect(agent.kills.sent).toEqual(['7']);
  });

  it('forgets ids that are no longer listed', async () => {
    const agent = memoryAgent();
    agent.controlPlane.ready = [bashTask];
    await poll(agent);
    agent.controlPlane.ready = [];
    await poll(agent);
    expect(agent.seen.size).toBe(0);
  });
});
