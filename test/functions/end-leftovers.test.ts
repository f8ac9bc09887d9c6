import { describe, expect, it } from 'vitest';
import { endLeftovers } from '../../functions/reporter/end-leftovers.ts';
import { memoryAgent, runTo } from './memory-agent.ts';

const service = { cluster: 'shop', service: 'web', container: 'rails', region: 'eu-west-1' };
const request = { executionId: '7', type: 'rails-console-ecs', target: 'shop', secretVariable: null };

describe('what is left of a task of a customer’s service', () => {
  async function ended(launching: object, withResult = true) {
    const agent = memoryAgent();
    await agent.ledger.create('7', 'launching', { ...request, ...launching });
    if (withResult) await runTo(agent, {});
    const stopped: unknown[] = [];
    const endTasks = async (...asked: unknown[]) => void stopped.push(asked);
    return { agent, stopped, endTasks };
  }

  it('is stopped once there is a result', async () => {
    const { agent, stopped, endTasks } = await ended({ service });
    await endLeftovers({ ...agent, endTasks }, '7');
    expect(stopped).toEqual([[service, '7']]);
  });

  it('is left alone while its script may be at work', async () => {
    const { agent, stopped, endTasks } = await ended({ service }, false);
    await endLeftovers({ ...agent, endTasks }, '7');
    expect(stopped).toEqual([]);
  });

  it('is nothing where the task was one of the agent’s own', async () => {
    const { agent, stopped, endTasks } = await ended({});
    await endLeftovers({ ...agent, endTasks }, '7');
    expect(stopped).toEqual([]);
  });

  it('keeps no result from its report when it cannot be stopped', async () => {
    const { agent } = await ended({ service });
    const endTasks = () => Promise.reject(new Error('no permission'));
    const said: unknown[] = [];
    const log = { info() {}, error: (...line: unknown[]) => void said.push(line) };
    await endLeftovers({ ...agent, log, endTasks }, '7');
    expect(said).toEqual([['cleanup.failed', { taskId: '7', cause: 'no permission' }]]);
  });
});
