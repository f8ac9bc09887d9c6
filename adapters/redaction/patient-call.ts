import type { Clock } from '../../core/ports.ts';

/**
 * How a call to a service ended. `passing` is worth another try now; `denied` may be mended by somebody while the
 * output waits; `invalid` needs another deployment; `too-much` asks for less text. `says` never quotes the text.
 */
export type Failure = {
  kind: 'passing' | 'denied' | 'invalid' | 'too-much';
  says: string;
  /** How long the service asks us to wait. */
  pauseMilliseconds?: number;
};

export type Answer<T> = { value: T } | { failure: Failure };

export interface Patience {
  tries: number;
  tryMilliseconds: number;
  totalMilliseconds: number;
}

export interface Waiting {
  clock: Clock;
  /** Like `Math.random`: spreads the pauses. */
  random: () => number;
  /** Waits until the quota allows another call. */
  turn: () => Promise<void>;
  /** Aborts when the answer is not wanted any more. */
  stop: AbortSignal;
}

/**
 * Calls until there is an answer that another try would not change, with exponential backoff and full jitter. The
 * attempt gets a signal that aborts when its time is over; whether or not it obeys, nobody waits for it any longer.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export async function callPatiently<T>(
  attempt: (signal: AbortSignal) => Promise<Answer<T>>,
  patience: Patience,
  { clock, random, turn, stop }: Waiting,
): Promise<Answer<T>> {
  await turn();
  const deadline = clock.now() + patience.totalMilliseconds;
  for (let tries = 1; ; tries++) {
    const milliseconds = Math.min(patience.tryMilliseconds, Math.max(0, deadline - clock.now()));
    const answer = await withinTime(attempt, milliseconds, clock, stop);
    if (!('failure' in answer) || answer.failure.kind !== 'passing') return answer;
    const ceiling = Math.min(BACKOFF_MILLISECONDS * 2 ** (tries - 1), BACKOFF_MILLISECONDS_MAX);
    const pause = Math.max(random() * ceiling, answer.failure.pauseMilliseconds ?? 0);
    if (stop.aborted || tries >= patience.tries || clock.now() + pause >= deadline) return answer;
    await clock.sleep(pause, stop);
    await turn();
  }
}

const BACKOFF_MILLISECONDS = 1000;
const BACKOFF_MILLISECONDS_MAX = 20_000;

async function withinTime<T>(
  attempt: (signal: AbortSignal) => Promise<Answer<T>>,
  milliseconds: number,
  clock: Clock,
  stop: AbortSignal,
): Promise<Answer<T>> {
  const late = new AbortController();
  const settled = new AbortController();
  const timeout = clock.sleep(milliseconds, settled.signal).then((): Answer<T> => {
    const says = `it gave no answer within ${Math.ceil(milliseconds / 1000)} s`;
    return { failure: { kind: 'passing', says } };
  });
  try {
    return await Promise.race([attempt(AbortSignal.any([late.signal, stop])), timeout]);
  } finally {
    settled.abort();
    late.abort();
  }
}
