import { describe, expect, it } from 'vitest';
import { AgentError } from '../../../core/errors.ts';
import type { Result } from '../../../core/execution.ts';
import { tokenRejected } from '../../../core/identity-rejection.ts';
import { bashTask } from '../../functions/memory-agent.ts';
import { type WatchedAgent, watchedAgent } from './watched-agent.ts';

const minutesPerDay = 24 * 60;
const executionsPerDay = 500;
const unreachable = new AgentError('api-unreachable', 'no answer', { retryable: true });

/** Passes a day, and says which alarms were on at any time of it. */
async function day(watched: WatchedAgent, live: (minute: number) => Promise<void>): Promise<string[]> {
  const heard = new Set<string>();
  for (let minute = 0; minute < minutesPerDay; minute++) {
    await live(minute);
    for (const name of watched.nextMinute()) heard.add(name);
  }
  // It is a memory, and tells nobody.
  heard.delete('heartbeat-heard');
  return [...heard];
}

/** How the commands of a team end, one after the other: most go well, and what does not is their users' affair. */
const endings: readonly Partial<Result>[] = [
  ...Array.from({ length: 14 }, () => ({})),
  { exitCode: 1 },
  { exitCode: 2, message: 'The script has a syntax error.' },
  { reason: 'timed-out', exitCode: null, message: 'It ran for an hour.' },
  { reason: 'killed', exitCode: null, message: 'Its user ended it.' },
];

/** A task every three minutes or so; the container of one minute ends in the next. */
function team(watched: WatchedAgent) {
  const { agent } = watched;
  const { readyTasks } = agent.controlPlane;
  const { launch } = agent.launcher;
  let asked = 0;
  let running: string[] = [];
  Object.assign(agent, {
    policy: { targets: { vault: { types: ['postgres'] } } },
    async verifyIdentity(token: string | null) {
      if (token === 'expired') throw tokenRejected('The user token has expired. Log in again.');
      return { email: 'gary@example.com', expiresAt: Number.POSITIVE_INFINITY };
    },
  });

  const ask = () => {
    const id = String(++asked);
    const target = asked % 40 === 0 ? 'vault' : 'shell';
    agent.controlPlane.ready = [{ ...bashTask, id, target, token: asked % 90 === 0 ? 'expired' : 'good' }];
    return id;
  };
  /** What goes wrong on any day for a moment, and heals. */
  const trouble = (minute: number) => {
    const outage = minute % 400 === 100 || minute % 400 === 101;
    agent.controlPlane.readyTasks = outage ? () => Promise.reject(unreachable) : readyTasks;
    const full = new AgentError('launch-failed', 'No capacity.', { retryable: true });
    agent.launcher.launch = minute % 300 < 2 ? () => Promise.reject(full) : launch;
    if (minute === 333) watched.ofLambda('Reporter', 'Throttles', 3);
  };

  return async (minute: number) => {
    trouble(minute);
    if ((minute + 1) * executionsPerDay > (asked + 1) * minutesPerDay) running.push(ask());
    else agent.controlPlane.ready = [];
    await watched.pollForAMinute();
    await watched.dispatchAll();
    const waiting: string[] = [];
    for (const id of running) {
      if (!(await agent.ledger.read(id, 'launched'))) {
        if (!(await agent.ledger.read(id, 'result'))) waiting.push(id);
        continue;
      }
      await watched.run(id, endings[Number(id) % endings.length]);
      await watched.containerStopped(id);
    }
    running = waiting;
    await watched.reportAll();
    await watched.minutePassed();
    for (const queue of ['Dispatches', 'Reports'] as const) {
      watched.ofQueue(queue, 'ApproximateAgeOfOldestMessage', 30 + 10 * waiting.length);
    }
    for (const queue of ['DeadDispatches', 'DeadKills', 'DeadReports'] as const) {
      watched.ofQueue(queue, 'NumberOfMessagesReceived', 0);
    }
    watched.ofFargate(0.5 * (1 + (minute % 4)));
  };
}

describe('no alarm is heard', () => {
  it('in a day of normal load, with what users do wrong and what heals by itself', async () => {
    const watched = watchedAgent();
    expect(await day(watched, team(watched))).toEqual([]);
    const reasons = new Map<string, number>();
    for (const { reason } of watched.agent.controlPlane.reports) {
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    expect(watched.agent.controlPlane.reports.length).toBeGreaterThan(0.98 * executionsPerDay);
    // docs/operations.md says what they cost.
    expect(watched.metricsWritten()).toBeLessThanOrEqual(32);
    expect([...reasons.keys()].toSorted()).toEqual(['exited', 'killed', 'rejected', 'timed-out']);
  }, 120_000);

  it('in a day of none', async () => {
    const watched = watchedAgent();
    const idle = async () => {
      await watched.pollForAMinute();
      await watched.minutePassed();
    };
    expect(await day(watched, idle)).toEqual([]);
  }, 120_000);

  it('in an account where the agent has not been called yet', async () => {
    const watched = watchedAgent();
    expect(await day(watched, async () => {})).toEqual(['heartbeat-silent']);
  });
});

describe('the heartbeat', () => {
  it('is missed when the poller is called and the API does not answer, and no longer when it does', async () => {
    const watched = watchedAgent();
    const { readyTasks } = watched.agent.controlPlane;
    const live = async (minutes: number) => {
      let on: string[] = [];
      for (let minute = 0; minute < minutes; minute++) {
        await watched.pollForAMinute();
        on = watched.nextMinute();
      }
      return on;
    };
    expect(await live(10)).not.toContain('heartbeat-missing');
    watched.agent.controlPlane.readyTasks = () => Promise.reject(unreachable);
    expect(await live(4)).not.toContain('heartbeat-missing');
    expect(await live(2)).toContain('heartbeat-missing');
    watched.agent.controlPlane.readyTasks = readyTasks;
    expect(await live(2)).not.toContain('heartbeat-missing');
  });
});
