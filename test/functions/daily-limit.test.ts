import { describe, expect, it } from 'vitest';
import { dayOf, vcpuSecondsOf } from '../../core/daily-usage.ts';
import { AgentError } from '../../core/errors.ts';
import { dispatch } from '../../functions/dispatcher/dispatch.ts';
import { kill } from '../../functions/dispatcher/kill.ts';
import { report } from '../../functions/reporter/report.ts';
import { settleContainer, settleUnstarted } from '../../functions/reporter/settle-usage.ts';
import { sweep } from '../../functions/reporter/sweep.ts';
import { limitedAgent, policy } from './limited-agent.ts';

const hours = 3600 * 1000;
const minutes = 60 * 1000;

async function fullDay() {
  const limited = limitedAgent();
  for (const id of [1, 2, 3]) await limited.come(id);
  expect(limited.started()).toEqual([1, 2, 3]);
  return limited;
}

describe('the daily limit', () => {
  it('lets in what fits, and holds the next one unlocked and unclaimed', async () => {
    const { agent, come, started } = await fullDay();
    await come(4);
    expect(started()).toEqual([1, 2, 3]);
    for (const name of ['claim-1', 'lock', 'spec'] as const) {
      expect(await agent.ledger.read('4', name)).toBeUndefined();
    }
    expect(agent.controlPlane.locks.has(4)).toBe(false);
    expect(agent.controlPlane.reports).toEqual([]);
    expect(await Array.fromAsync(agent.ledger.open())).toContain('4');
  });

  it('tells the user of a held task once a day, in words that the redactor leaves alone', async () => {
    const { come, look, told, events, clock } = await fullDay();
    await come(4);
    for (let turn = 0; turn < 5; turn++) await look();
    expect(told).toEqual([
      "4 0 stderr: Waiting: the agent's limit of 30 vCPU minutes a day is used up. The task starts when others end, " +
        'or after 00:00 UTC.\n',
    ]);
    expect(events.filter((event) => event === 'task.held')).toHaveLength(1);
    await clock.advance(15 * hours);
    for (const id of [5, 6, 7]) await come(id);
    await look();
    await look();
    expect(told.map((line) => line.slice(0, 3))).toEqual(['4 0', '4 0']);
  });

  it('holds a task whose user cannot be told', async () => {
    const { agent, come, started } = await fullDay();
    agent.controlPlane.progress = () => Promise.reject(new AgentError('api-refused', 'It is not running.'));
    await come(4);
    expect(started()).toEqual([1, 2, 3]);
  });

  it('lets a held task in when another has used less than it might have', async () => {
    const { come, end, look, started, counted } = await fullDay();
    await come(4);
    await end(1, 90);
    expect(await counted()).toBe(90 + 2 * 600);
    await look();
    // 90 of the 600 are gone for good.
    expect(started()).toEqual([1, 2, 3]);
    await end(2, 20);
    expect(await counted()).toBe(90 + 60 + 600);
    await look();
    expect(started()).toEqual([1, 2, 3, 4]);
  });

  it('lets a held task in after midnight UTC', async () => {
    const { come, look, started, clock, counted } = await fullDay();
    await come(4);
    await clock.advance(15 * hours - 1);
    await look();
    expect(started()).toEqual([1, 2, 3]);
    await clock.advance(1);
    await look();
    expect(started()).toEqual([1, 2, 3, 4]);
    expect(await counted()).toBe(600);
  });

  it.each([
    ['a type that is not known', { type: 'cobol' }],
    ['a target that forbids its type', { target: 'strict' }],
    ['a field that cannot be read', { script: 5 }],
  ])('does not hold what would be refused: %s', async (_, fields) => {
    const { agent, come } = await fullDay();
    agent.policy = { ...policy, targets: { strict: { types: ['postgres'] } } };
    await come(4, fields);
    expect(await agent.ledger.read('4', 'result')).toMatchObject({ reason: 'rejected' });
  });

  it('counts a second container of an execution, and an event that comes twice once', async () => {
    const { agent, usage, come, end, counted } = limitedAgent();
    await come(1);
    const { ledger } = agent;
    const first = {
      ...{ taskArn: 'arn:aws:ecs:eu-west-1:123456789012:task/cluster/broken', cpu: '1024', memory: '2048' },
      ...{ pullStartedAt: '2026-11-20T09:00:00Z', stoppedAt: '2026-11-20T09:00:10Z' },
    };
    await settleContainer({ ledger, usage }, '1', first);
    await settleContainer({ ledger, usage }, '1', first);
    expect(await counted()).toBe(60 + 600);
    await end(1, 100);
    await end(1, 100);
    expect(await counted()).toBe(60 + 100);
  });

  it('gives a task that wants more than a day has a day of its own', async () => {
    const { come, look, started, clock } = limitedAgent();
    await come(1);
    await come(2, { target: 'huge' });
    expect(started()).toEqual([1]);
    await clock.advance(15 * hours);
    await look();
    expect(started()).toEqual([1, 2]);
    await come(3);
    expect(started()).toEqual([1, 2]);
  });

  it('reserves a minute at least, as it is billed', async () => {
    const { come, counted } = limitedAgent();
    await come(1, { target: 'hasty' });
    expect(await counted()).toBe(60);
  });

  it('counts a task for the day in which it was let through, also when it ends the day after', async () => {
    const { agent, come, end, clock, counted } = limitedAgent();
    await clock.advance(15 * hours - 1000);
    await come(1);
    await clock.advance(2 * hours);
    await end(1, 7200);
    expect(await counted()).toBe(0);
    expect(vcpuSecondsOf(await agent.usage.list('2026-11-20'))).toBe(7200);
  });
});

describe('an execution that never starts', () => {
  it('holds nothing of the day once somebody else has its task', async () => {
    const { agent, come, counted } = limitedAgent();
    agent.controlPlane.locks.set(1, { outcome: 'refused' });
    await come(1);
    expect(await counted()).toBe(0);
  });

  it('holds nothing of the day when a sweep closes it, because its dispatcher died right after that', async () => {
    const { agent, usage, receive, counted } = limitedAgent();
    await receive(1);
    const at = agent.clock.now();
    await usage.add(dayOf(at), { executionId: '1', kind: 'reserved', vcpuSeconds: 600, at });
    await agent.ledger.create('1', 'claim-1', { claimedAt: at });
    await agent.ledger.create('1', 'refused', { refusedAt: at });
    await sweep(agent);
    expect(await counted()).toBe(0);
    expect(await Array.fromAsync(agent.ledger.open())).toEqual([]);
  });

  it.each<[string, (agent: ReturnType<typeof limitedAgent>['agent']) => Promise<void>]>([
    ['killed', (agent) => kill(agent, '1')],
    [
      'lost',
      async (agent) => {
        await agent.clock.advance(20 * minutes);
        await sweep(agent);
      },
    ],
  ])('holds nothing of the day once it was reported as %s', async (reason, stop) => {
    const { agent, come, counted } = limitedAgent();
    await come(1);
    await stop(agent);
    expect(await counted()).toBe(600);
    await report(agent, '1');
    await settleUnstarted(agent, '1');
    expect(agent.controlPlane.reports).toMatchObject([{ reason }]);
    expect(await counted()).toBe(0);
  });

  it('is not ended by a container that has not run its command, because another may follow', async () => {
    const { agent, usage, come, counted } = limitedAgent();
    await come(1);
    await settleUnstarted(agent, '1');
    const taskArn = 'arn:aws:ecs:eu-west-1:123456789012:task/cluster/no-address';
    await settleContainer({ ledger: agent.ledger, usage }, '1', { taskArn, cpu: '1024', stoppedAt: 'now' });
    expect(await counted()).toBe(600);
  });

  it('is forgotten after three days, and received anew if it is still ready', async () => {
    const { agent, come, look, started, clock } = limitedAgent();
    for (let day = 0; day < 4; day++) {
      for (const id of [11, 12, 13]) await come(100 * day + id);
      if (day === 0) await come(1);
      await look();
      await clock.advance(24 * hours);
    }
    expect(started()).not.toContain(1);
    expect(await agent.ledger.read('1', 'task')).toBeUndefined();
    await come(1);
    expect(started()).toContain(1);
  });
});

describe('dispatchers at once', () => {
  it('do not slip over the limit together, and let in all that fits', async () => {
    const { agent, receive, started, counted } = limitedAgent();
    const ids = Array.from({ length: 20 }, (_, index) => index + 1);
    for (const id of ids) await receive(id);
    await Promise.all(ids.toReversed().map((id) => dispatch(agent, String(id))));
    expect(started().toSorted()).toEqual([1, 2, 3]);
    expect(await counted()).toBe(3 * 600);
  });

  it('take nothing from another one on the same execution', async () => {
    const { agent, usage, receive, counted } = await fullDay();
    await receive(4);
    const at = agent.clock.now();
    await usage.add(dayOf(at), { executionId: '4', kind: 'reserved', vcpuSeconds: 600, at });
    await dispatch(agent, '4');
    expect(await counted()).toBe(4 * 600);
  });

  it('make good what one has left that died: the same execution holds its room once, and not for ever', async () => {
    const { agent, usage, receive, started, counted, clock, end, look } = await fullDay();
    await receive(4);
    const at = clock.now();
    await usage.add(dayOf(at), { executionId: '4', kind: 'reserved', vcpuSeconds: 600, at });
    await clock.advance(16 * minutes);
    await dispatch(agent, '4');
    expect(await counted()).toBe(3 * 600);
    await usage.add(dayOf(at), { executionId: '4', kind: 'reserved', vcpuSeconds: 600, at: clock.now() - 1 });
    await end(1, 60);
    await end(2, 60);
    await look();
    expect(started()).toEqual([1, 2, 3, 4]);
    expect(await counted()).toBe(2 * 60 + 2 * 600);
  });

  it('do not ask again for one that was let through before', async () => {
    const { agent, come, clock } = limitedAgent();
    const { launch } = agent.launcher;
    const full = new AgentError('launch-failed', 'Fargate has no capacity.', { retryable: true });
    agent.launcher.launch = () => Promise.reject(full);
    await expect(come(1)).rejects.toThrow('no capacity');
    agent.policy = { ...policy, dailyVcpuMinutes: 1 };
    agent.launcher.launch = launch;
    await clock.advance(31_000);
    await dispatch(agent, '1');
    expect(agent.launcher.requests).toHaveLength(1);
  });
});
