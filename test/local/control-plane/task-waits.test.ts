import { expect, test } from 'vitest';
import { taskWaits } from '../../../local/control-plane/task-waits.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const stays = new AbortController().signal;

test('everyone who waits for a task is woken at its end, nobody else', async () => {
  const clock = fakeClock();
  const waits = taskWaits(clock);
  const woken: string[] = [];
  const wait = (taskId: number, name: string) =>
    waits.untilEnded(taskId, 1000, stays).then(() => woken.push(name));
  const all = [wait(1, 'a'), wait(1, 'b'), wait(2, 'c')];
  waits.ended(1);
  waits.ended(3);
  await Promise.all(all.slice(0, 2));
  expect(woken).toEqual(['a', 'b']);
  await clock.advance(1000);
  expect(woken).toEqual(['a', 'b', 'c']);
});

test('a caller who has gone waits no longer', async () => {
  const waits = taskWaits(fakeClock());
  const caller = new AbortController();
  const waiting = waits.untilEnded(1, 1000, caller.signal);
  caller.abort();
  await waiting;
  await waits.untilEnded(1, 1000, caller.signal);
});

test('once closed, nobody waits', async () => {
  const waits = taskWaits(fakeClock());
  const waiting = waits.untilEnded(1, 1000, stays);
  waits.close();
  await waiting;
  await waits.untilEnded(1, 1000, stays);
});
