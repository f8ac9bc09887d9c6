import { describe, expect, it } from 'vitest';
import type { LogEvent, LogFields } from '../../core/log.ts';
import { dispatch } from '../../functions/dispatcher/dispatch.ts';
import { report } from '../../functions/reporter/report.ts';
import { memoryAgent, receive, runTo } from './memory-agent.ts';

function watched() {
  const events = new Map<LogEvent, LogFields>();
  const take = (event: LogEvent, fields: LogFields = {}) => void events.set(event, fields);
  const agent = { ...memoryAgent(), log: { info: take, error: take } };
  const { launch } = agent.launcher;
  agent.launcher.launch = async (request) => {
    await agent.clock.advance(2_000);
    return { ...(await launch(request)), launchedAt: agent.clock.now() };
  };
  return { agent, events };
}

describe('the log of an execution', () => {
  it('says how long it was in each state, and of which type it was', async () => {
    const { agent, events } = watched();
    const { clock } = agent;
    await receive(agent);
    await clock.advance(1_000);
    await dispatch(agent, '7');
    expect(events.get('task.locked')).toMatchObject({ waitedMilliseconds: 1_000 });
    expect(events.get('execution.launched')).toMatchObject({
      ...{ type: 'bash', target: 'shell', lockedMilliseconds: 2_000 },
    });
    await clock.advance(30_000);
    const startedAt = clock.now();
    await clock.advance(5_000);
    await runTo(agent, { startedAt });
    await clock.advance(700);
    await report(agent, '7');
    expect(events.get('result.reported')).toMatchObject({
      ...{ type: 'bash', target: 'shell', started: true, bootMilliseconds: 30_000, runMilliseconds: 5_000 },
      ...{ reportMilliseconds: 700, totalMilliseconds: 38_700 },
    });
  });

  it('has no run of one that never started', async () => {
    const { agent, events } = watched();
    agent.policy = { targets: { shell: { types: ['postgres'] } } };
    await receive(agent);
    await dispatch(agent, '7');
    await report(agent, '7');
    const reported = events.get('result.reported');
    expect(reported).toMatchObject({ reason: 'rejected', started: false });
    expect(reported).not.toHaveProperty('runMilliseconds');
    expect(reported).not.toHaveProperty('bootMilliseconds');
  });
});
