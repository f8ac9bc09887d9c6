import { describe, expect, it } from 'vitest';
import { AgentError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { dispatch } from '../../functions/dispatcher/dispatch.ts';
import { kill } from '../../functions/dispatcher/kill.ts';
import { poll } from '../../functions/poller/poll.ts';
import { report } from '../../functions/reporter/report.ts';
import { examine, sweep } from '../../functions/reporter/sweep.ts';
import { bashTask, memoryAgent, receive, runTo } from './memory-agent.ts';

/** Each of these went wrong in a simulated run before it was mended. */
describe('a task that another agent has', () => {
  it('is not reported as killed when its user kills it there', async () => {
    const agent = memoryAgent();
    await receive(agent);
    await kill(agent, '7');
    expect(agent.reports.sent).toEqual([]);
    expect(await agent.ledger.read('7', 'started')).toBeUndefined();
  });

  it('is not reported as lost when a stale list brings it back', async () => {
    const agent = memoryAgent();
    await receive(agent);
    agent.controlPlane.locks.set(7, { outcome: 'refused' });
    await dispatch(agent, '7');
    await agent.clock.advance(60_000);
    await receive(agent);
    await dispatch(agent, '7');
    expect(agent.reports.sent).toEqual([]);
    expect(await Array.fromAsync(agent.ledger.open())).toEqual([]);
  });

  it('is forgotten by the sweep when closing it was broken off', async () => {
    const agent = memoryAgent();
    await receive(agent);
    await agent.ledger.create('7', 'refused', { refusedAt: 0 });
    await examine(agent, '7');
    expect(await Array.fromAsync(agent.ledger.open())).toEqual([]);
    expect(agent.dispatches.sent).toEqual([]);
  });
});

describe('dispatching', () => {
  it('ends a task after its lock when the kill came before', async () => {
    const agent = memoryAgent();
    await receive(agent);
    await agent.ledger.create('7', 'kill', { requestedAt: 0 });
    await kill(agent, '7');
    await dispatch(agent, '7');
    expect(agent.launcher.requests).toEqual([]);
    expect(await agent.ledger.read('7', 'result')).toMatchObject({ reason: 'killed' });
  });

  it('leaves an execution alone that another dispatcher has taken over', async () => {
    const agent = memoryAgent();
    await receive(agent);
    agent.controlPlane.lock = async () => {
      await agent.ledger.create('7', 'claim-2', { claimedAt: agent.clock.now() });
      return { outcome: 'refused' };
    };
    await expect(dispatch(agent, '7')).rejects.toMatchObject({ retryable: true });
    expect(await Array.fromAsync(agent.ledger.open())).toEqual(['7']);
  });

  it('goes on with the lock that another dispatcher wrote down meanwhile', async () => {
    const agent = memoryAgent();
    await receive(agent);
    agent.controlPlane.lock = async () => {
      await agent.ledger.create('7', 'lock', { lockedAt: agent.clock.now(), uploadUrl: null });
      return { outcome: 'refused' };
    };
    await dispatch(agent, '7');
    expect(agent.launcher.requests).toHaveLength(1);
  });

  it('gives up with a result when its attempts are used up', async () => {
    const agent = memoryAgent();
    await receive(agent);
    for (let attempt = 1; attempt <= limits.dispatchAttempts; attempt++) {
      await agent.ledger.create('7', `claim-${attempt}`, { claimedAt: 0 });
    }
    await dispatch(agent, '7');
    expect(await agent.ledger.read('7', 'result')).toMatchObject({ reason: 'lost', startedAt: null });
  });

  it('counts the start deadline from the lock, however late the spec', async () => {
    const agent = memoryAgent();
    await receive(agent);
    const lockedAt = agent.clock.now();
    await agent.ledger.create('7', 'claim-1', { claimedAt: lockedAt });
    await agent.ledger.create('7', 'lock', { lockedAt, uploadUrl: null });
    await agent.clock.advance(600_000);
    await dispatch(agent, '7');
    expect(await agent.ledger.read('7', 'spec')).toMatchObject({ startBefore: lockedAt + 900_000 });
  });
});

describe('the sweep', () => {
  it('ends a locked execution that never got a spec', async () => {
    const agent = memoryAgent();
    await receive(agent);
    await agent.ledger.create('7', 'lock', { lockedAt: agent.clock.now(), uploadUrl: null });
    await agent.clock.advance(961_000);
    await sweep(agent);
    expect(await agent.ledger.read('7', 'result')).toMatchObject({ reason: 'lost', startedAt: null });
  });

  it('looks at all executions, also when it cannot look at one', async () => {
    const agent = memoryAgent();
    await receive(agent);
    await agent.ledger.create('8', 'task', { receivedAt: 0, input: { ...bashTask, id: 8 } });
    const { read } = agent.ledger;
    agent.ledger.read = (id, name) => {
      if (id === '7') throw new AgentError('ledger-failed', 'It cannot be read.', { retryable: true });
      return read(id, name);
    };
    await expect(sweep(agent)).rejects.toThrow('It cannot be read.');
    expect(agent.dispatches.sent).toEqual(['8']);
  });

  it.each([
    [false, [], /image does not exist/],
    [true, ['7'], undefined],
  ])(
    'reports a container that can never start, and tries again one that may (%s)',
    async (mayPass, sent, message) => {
      const agent = memoryAgent();
      await receive(agent);
      await dispatch(agent, '7');
      agent.launcher.inspect = async () => ({ running: false, cause: 'its image does not exist', mayPass });
      await sweep(agent);
      expect(agent.dispatches.sent).toEqual(sent);
      const result = await agent.ledger.read('7', 'result');
      expect(result?.message).toEqual(message && expect.stringMatching(message));
    },
  );
});

describe('reporting', () => {
  async function ended() {
    const agent = memoryAgent();
    await receive(agent);
    await dispatch(agent, '7');
    await runTo(agent, {});
    return agent;
  }

  it('gives up a result that the API has refused for a day', async () => {
    const agent = await ended();
    agent.controlPlane.report = async () => {
      throw new AgentError('api-refused', 'There is no such task.');
    };
    await expect(report(agent, '7')).rejects.toMatchObject({ code: 'api-refused' });
    await agent.clock.advance(limits.refusedReportSeconds * 1000);
    await report(agent, '7');
    expect(await Array.fromAsync(agent.ledger.open())).toEqual([]);
  });

  it('withholds the output when the log store stays away, and does not wait for ever', async () => {
    const agent = await ended();
    agent.logStore.write = async () => {
      throw new AgentError('log-store-failed', 'It is down.', { retryable: true });
    };
    await expect(report(agent, '7')).rejects.toMatchObject({ code: 'log-store-failed' });
    await agent.clock.advance(901_000);
    await report(agent, '7');
    expect(agent.controlPlane.reports).toMatchObject([{ reason: 'withheld', status: 'failure' }]);
  });

  it('posts nothing when another reporter has posted and closed while this one was redacting', async () => {
    const agent = await ended();
    const { write } = agent.logStore;
    let isFirst = true;
    const slow = {
      ...agent,
      logStore: {
        write: async (...arguments_: Parameters<typeof write>) => {
          if (isFirst) {
            isFirst = false;
            await agent.clock.advance(5_000);
            await report(agent, '7');
          }
          return write(...arguments_);
        },
      },
    };
    await report(slow, '7');
    expect(agent.controlPlane.reports).toHaveLength(1);
    expect(await Array.fromAsync(agent.ledger.open())).toEqual([]);
  });
});

describe('three reporters at once', () => {
  it('post the same words, although one of them wrote others after the close', async () => {
    const agent = memoryAgent();
    await receive(agent);
    await dispatch(agent, '7');
    await runTo(agent, {});
    const { create, read } = agent.ledger;
    let isFirst = true;
    // While one of them reads the words, a second one ends everything, and a third one writes words of its own.
    agent.ledger.read = async (id, name) => {
      if (name === 'report' && isFirst) {
        isFirst = false;
        await report(agent, '7');
        const [posted] = agent.controlPlane.reports;
        if (posted) await create('7', 'report', { ...posted, 'elapsed-time-ms': 9 });
      }
      return read(id, name);
    };
    await report(agent, '7');
    expect(agent.controlPlane.reports).toHaveLength(1);
    expect(await Array.fromAsync(agent.ledger.open())).toEqual([]);
  });
});

describe('polling', () => {
  it('hands on a kill also when a task cannot be written down', async () => {
    const agent = memoryAgent();
    await receive(agent);
    agent.controlPlane.ready = [{ ...bashTask, id: 8 }];
    agent.controlPlane.kills = [7];
    const { create } = agent.ledger;
    agent.ledger.create = async (id, name, record) => {
      if (id === '8') throw new AgentError('ledger-failed', 'Too large.', { retryable: true });
      return create(id, name, record);
    };
    await expect(poll(agent)).rejects.toThrow('Too large.');
    expect(agent.kills.sent).toEqual(['7']);
  });
});
