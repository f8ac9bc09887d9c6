import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { localQueue } from '../../../adapters/local/queue.ts';
import { silentLog } from '../../../core/log.ts';
import { fakeClock } from '../../support/fake-clock.ts';

function queueOf(concurrency: number) {
  const clock = fakeClock();
  return { clock, queue: localQueue({ concurrency, clock, log: silentLog }) };
}

describe('a queue in memory', () => {
  it('runs no more at once than it may, and in the end all', async () => {
    const { queue } = queueOf(3);
    let running = 0;
    let runningMax = 0;
    const seen: string[] = [];
    queue.consume(async (id) => {
      runningMax = Math.max(runningMax, ++running);
      await setImmediate();
      seen.push(id);
      running--;
    });
    for (let id = 0; id < 20; id++) await queue.send(String(id));
    await queue.drain('waiting');
    expect(runningMax).toBe(3);
    expect(seen).toHaveLength(20);
  });

  it('hands an id that comes again while in hand to nobody else, but once more afterwards', async () => {
    const { queue } = queueOf(5);
    const gate = Promise.withResolvers<void>();
    let calls = 0;
    queue.consume(async () => {
      calls++;
      await gate.promise;
    });
    for (let n = 0; n < 4; n++) await queue.send('7');
    expect(calls).toBe(1);
    gate.resolve();
    await queue.drain('waiting');
    expect(calls).toBe(2);
  });

  it('tries again after a failure, each time later', async () => {
    const { queue, clock } = queueOf(1);
    let calls = 0;
    const done = Promise.withResolvers<void>();
    queue.consume(async () => {
      if (++calls < 4) throw new Error('not yet');
      done.resolve();
    });
    await queue.send('7');
    await clock.asleep();
    await clock.advance(500);
    expect(calls).toBe(2);
    await clock.advance(999);
    expect(calls).toBe(2);
    await clock.advance(1);
    await clock.advance(2_000);
    await done.promise;
    expect(clock.sleeps).toEqual([500, 1_000, 2_000]);
  });

  it('drains what is in hand, and leaves what waits to the next start', async () => {
    const { queue } = queueOf(1);
    const gate = Promise.withResolvers<void>();
    const seen: string[] = [];
    queue.consume(async (id) => {
      await gate.promise;
      seen.push(id);
    });
    await queue.send('1');
    await queue.send('2');
    const drained = queue.drain('in-hand');
    gate.resolve();
    await drained;
    expect(seen).toEqual(['1']);
  });
});
