import type { Clock } from '../../core/ports.ts';

export interface FakeClock extends Clock {
  /**
   * Moves the time on and wakes, in order, every sleep that ends by then, also those that begin on the way.
   * Between two sleeps the event loop turns, so that what was woken can act.
   */
  advance(milliseconds: number): Promise<void>;
  /** Resolves once `count` sleeps wait (1 unless told): the moment to call `advance` when real sockets are in play. */
  asleep(count?: number): Promise<void>;
  /** The length of every sleep that was asked for, in order. */
  readonly sleeps: readonly number[];
}

interface Sleeper {
  until: number;
  wake: () => void;
}

/**
 * A clock that the test moves. `skip` is the automatic mode: a sleep of at most so many milliseconds moves the
 * time on by itself and ends at once, a longer one waits for `advance`. `skip: Infinity` skips every sleep; for
 * code that makes its timeouts of sleeps too, choose a number between its pauses and its timeouts.
 *
 *     const clock = fakeClock();                  // stands still until clock.advance(1000)
 *     const clock = fakeClock({ skip: 29_999 });  // pauses pass, timeouts of 30 s and more do not
 */
export function fakeClock(options: { now?: number; skip?: number } = {}): FakeClock {
  const skip = options.skip ?? -1;
  const sleepers = new Set<Sleeper>();
  const watchers = new Set<() => void>();
  const sleeps: number[] = [];
  let now = options.now ?? Date.UTC(2026, 0, 1);

  const sleep = (milliseconds: number, signal?: AbortSignal): Promise<void> => {
    sleeps.push(milliseconds);
    if (signal?.aborted) return Promise.resolve();
    if (milliseconds <= skip) {
      now += Math.max(0, milliseconds);
      return turn();
    }
    return new Promise((resolve) => {
      const wake = () => {
        sleepers.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { until: now + milliseconds, wake };
      sleepers.add(sleeper);
      signal?.addEventListener('abort', wake);
      for (const watcher of watchers) watcher();
    });
  };

  const advance = async (milliseconds: number): Promise<void> => {
    const end = now + milliseconds;
    await turn();
    for (let next = firstBy(sleepers, end); next; next = firstBy(sleepers, end)) {
      now = Math.max(now, next.until);
      next.wake();
      await turn();
    }
    now = Math.max(now, end);
  };

  const asleep = (count = 1): Promise<void> =>
    new Promise((resolve) => {
      const look = () => {
        if (sleepers.size < count) return;
        watchers.delete(look);
        resolve();
      };
      watchers.add(look);
      look();
    });

  return { now: () => now, sleep, advance, asleep, sleeps };
}

function firstBy(sleepers: ReadonlySet<Sleeper>, end: number): Sleeper | undefined {
  const due = [...sleepers].filter((sleeper) => sleeper.until <= end);
  return due.toSorted((left, right) => left.until - right.until)[0];
}

/** Lets everything that is ready to run do so. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
