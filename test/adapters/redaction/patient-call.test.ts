import { expect, it } from 'vitest';
import { type Answer, callPatiently, type Failure } from '../../../adapters/redaction/patient-call.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const patience = { tries: 4, tryMilliseconds: 30_000, totalMilliseconds: 90_000 };

function calling(failure: Failure, stop = new AbortController()) {
  const clock = fakeClock({ skip: 29_999 });
  const counts = { tries: 0, turns: 0 };
  const attempt = async (): Promise<Answer<string>> => {
    counts.tries++;
    return { failure };
  };
  const turn = async () => void counts.turns++;
  const answer = callPatiently(attempt, patience, { clock, random: () => 0, turn, stop: stop.signal });
  return { answer, counts, clock };
}

it('waits for its turn before each try, so that retries count against the quota too', async () => {
  const { answer, counts } = calling({ kind: 'passing', says: 'no' });
  expect(await answer).toEqual({ failure: { kind: 'passing', says: 'no' } });
  expect(counts).toEqual({ tries: 4, turns: 4 });
});

it('waits as long as the service asks', async () => {
  const { answer, clock } = calling({ kind: 'passing', says: 'no', pauseMilliseconds: 7000 });
  await answer;
  expect(clock.sleeps.filter((milliseconds) => milliseconds === 7000)).toHaveLength(3);
});

it('does not try again when the answer is not wanted any more', async () => {
  const stop = new AbortController();
  stop.abort();
  const { answer, counts } = calling({ kind: 'passing', says: 'no' }, stop);
  await answer;
  expect(counts.tries).toBe(1);
});
