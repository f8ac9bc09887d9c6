import { describe, expect, it } from 'vitest';
import { dispatch } from '../../functions/dispatcher/dispatch.ts';
import { memoryAgent, receive } from './memory-agent.ts';

const service = { cluster: 'shop', service: 'web', container: 'rails', region: 'eu-west-1' };
const task = { id: 7, type: 'ecs-exec', script: 'bin/rails about', target: 'shop', redact: 'all' };

describe('a task for a customer’s own service', () => {
  async function dispatched(changed: object, findService?: () => Promise<typeof service>) {
    const agent = memoryAgent();
    await receive(agent, { ...task, ...changed });
    await dispatch({ ...agent, findService }, '7');
    return { requests: agent.launcher.requests, result: await agent.ledger.read('7', 'result') };
  }
  const find = async () => service;

  it('is launched with the address of the service', async () => {
    const { requests } = await dispatched({}, find);
    expect(requests).toEqual([
      { executionId: '7', type: 'ecs-exec', target: 'shop', secretVariable: null, service },
    ]);
  });

  it.each([
    ['', /it is empty/],
    ['ls | wc', /"\| wc" needs a shell/],
    ['echo $HOME', /needs a shell/],
    [`echo 'open`, /never closed/],
  ])('is rejected before anything is started when its command is "%s"', async (script, message) => {
    const { requests, result } = await dispatched({ script }, find);
    expect(result).toMatchObject({ reason: 'rejected', message: expect.stringMatching(message) });
    expect(requests).toEqual([]);
  });

  it('is rejected where the agent is not deployed for services, and with a custom command', async () => {
    expect((await dispatched({})).result).toMatchObject({
      reason: 'rejected',
      message: expect.stringMatching(/not deployed for/),
    });
    expect((await dispatched({ custom_command: 'sh -c x' }, find)).result).toMatchObject({
      reason: 'rejected',
      message: expect.stringMatching(/takes no custom command/),
    });
  });
});
