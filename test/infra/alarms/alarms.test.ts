import { describe, expect, it } from 'vitest';
import { synthesize } from '../../support/synthesize.ts';
import { scenarios } from './scenarios.ts';
import { limited, type WatchedAgent, watchedAgent } from './watched-agent.ts';

const { all } = synthesize(limited);
const names = [...all('AWS::CloudWatch::Alarm'), ...all('AWS::CloudWatch::CompositeAlarm')]
  .map(({ properties }) => String(properties.AlarmName).replace('runops-agent-', ''))
  // They are heard through `heartbeat-missing`.
  .filter((name) => !['heartbeat-silent', 'heartbeat-heard'].includes(name));

/** The longest that any scenario takes to set its alarm off, in minutes. */
const patienceMinutes = 20;

async function anHourOfPeace(watched: WatchedAgent): Promise<string[]> {
  const heard = new Set<string>();
  for (let minute = 0; minute < 60; minute++) {
    await watched.pollForAMinute();
    await watched.minutePassed();
    for (const name of watched.nextMinute()) heard.add(name);
  }
  heard.delete('heartbeat-heard');
  return [...heard];
}

describe('every alarm', () => {
  it('has a scenario that sets it off', () => {
    expect(Object.keys(scenarios).toSorted()).toEqual(names.toSorted());
  });

  it.each(Object.entries(scenarios))('%s goes off, and was silent before', async (name, scenario) => {
    const watched = watchedAgent();
    expect(await anHourOfPeace(watched)).toEqual([]);
    const on: string[] = [];
    for (let minute = 0; minute < patienceMinutes && !on.includes(name); minute++) {
      await scenario(watched, minute);
      on.push(...watched.nextMinute());
    }
    expect(on).toContain(name);
  });
});
