import { describe, expect, it } from 'vitest';
import type { MetricName } from '../../adapters/aws/metric-names.ts';
import { AgentError } from '../../core/errors.ts';
import type { LogEvent } from '../../core/log.ts';
import { poller } from '../../functions/poller/poll-for-a-minute.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { memoryAgent } from './memory-agent.ts';

const description = { version: '1', hostname: 'h', jwkVerify: false, capabilities: ['bash'], instance: 'i' };
const unreachable = new AgentError('api-unreachable', 'no answer', { retryable: true });

function polling(pollMilliseconds?: number) {
  const agent = memoryAgent();
  const clock = fakeClock({ skip: Number.POSITIVE_INFINITY });
  const events: LogEvent[] = [];
  const counts: Partial<Record<MetricName, number>> = {};
  const seen = { polls: 0, registrations: 0 };
  const { readyTasks } = agent.controlPlane;
  agent.controlPlane.readyTasks = async () => {
    seen.polls++;
    return readyTasks();
  };
  agent.controlPlane.register = async () => {
    seen.registrations++;
    return undefined;
  };
  const start = clock.now();
  const run = poller({
    ...agent,
    clock,
    description,
    pollMilliseconds,
    log: { info: (event) => events.push(event), error: (event) => events.push(event) },
    meter: {
      add: (name, value = 1) => {
        counts[name] = (counts[name] ?? 0) + value;
      },
      publish() {},
    },
  });
  const lives = (milliseconds: number) => {
    const end = clock.now() + milliseconds;
    return () => end - clock.now();
  };
  return { agent, clock, events, counts, seen, run, lives, elapsed: () => clock.now() - start };
}

describe('a poller that is woken each minute', () => {
  it('polls once a second and has ended before it is woken again', async () => {
    const { run, lives, seen, counts, elapsed } = polling();
    await run(lives(120_000));
    expect(seen.polls).toBe(58);
    expect(elapsed()).toBe(57_000);
    expect(counts).toMatchObject({ Heartbeats: 58 });
  });

  it('begins no poll that its platform may cut off', async () => {
    const { run, lives, elapsed } = polling();
    await run(lives(20_000));
    expect(elapsed()).toBe(15_000);
  });

  it('polls as often as the API asks, unless the deployment says otherwise', async () => {
    const asked = polling();
    asked.agent.controlPlane.register = async () => ({
      id: null,
      org: null,
      pollIntervalMs: 10_000,
      webhookExtensions: false,
    });
    await asked.run(asked.lives(120_000));
    expect(asked.seen.polls).toBe(6);
    const told = polling(20_000);
    await told.run(told.lives(120_000));
    expect(told.seen.polls).toBe(3);
  });

  it('counts the interval from poll to poll', async () => {
    const { agent, clock, run, lives, seen } = polling(10_000);
    const { readyTasks } = agent.controlPlane;
    agent.controlPlane.readyTasks = async () => {
      await clock.sleep(4_000);
      return readyTasks();
    };
    await run(lives(120_000));
    expect(seen.polls).toBe(6);
  });

  it('registers once, however often it is woken', async () => {
    const { run, lives, seen } = polling(30_000);
    await run(lives(120_000));
    await run(lives(120_000));
    expect(seen.registrations).toBe(1);
  });

  it('fails, and does not poll, while the API does not take it in', async () => {
    const { agent, run, lives, seen, events } = polling();
    const { register } = agent.controlPlane;
    agent.controlPlane.register = async () => {
      throw new AgentError('agent-duplicate', 'Another agent with no TAGS is connected.');
    };
    await expect(run(lives(120_000))).rejects.toThrow('Another agent');
    expect(seen.polls).toBe(0);
    expect(events).toEqual(['registration.failed']);
    agent.controlPlane.register = register;
    await run(lives(120_000));
    expect(seen.polls).toBe(58);
  });
});

describe('polls that fail', () => {
  it('wait longer each time, up to half a minute, and fail the minute when none went well', async () => {
    const { agent, clock, run, lives, counts, events } = polling();
    agent.controlPlane.readyTasks = async () => {
      throw unreachable;
    };
    await expect(run(lives(600_000))).rejects.toBe(unreachable);
    expect(clock.sleeps).toEqual([1000, 2000, 4000, 8000, 16_000]);
    expect(counts.Heartbeats).toBeUndefined();
    expect(events.filter((event) => event === 'poll.failed')).toHaveLength(6);
  });

  it('do not fail a minute in which another one went well', async () => {
    const { agent, run, lives, seen, counts } = polling();
    const { readyTasks } = agent.controlPlane;
    let failures = 3;
    agent.controlPlane.readyTasks = async () => {
      if (failures-- > 0) throw unreachable;
      return readyTasks();
    };
    await run(lives(120_000));
    expect(counts.Heartbeats).toBe(seen.polls);
    expect(seen.polls).toBe(51);
  });
});
