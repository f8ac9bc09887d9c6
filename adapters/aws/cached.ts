import type { Clock } from '../../core/ports.ts';

/**
 * Reads once for all who ask within `seconds`. When it has to be read again and that fails, those who ask get the
 * failure: a value that somebody has changed, such as a policy that was tightened, must not live on because of an
 * outage. A failure is not kept.
 */
export function cached<T>(read: () => Promise<T>, seconds: number, clock: Clock): () => Promise<T> {
  let value: Promise<T> | undefined;
  let readAt = 0;
  return () => {
    if (value && clock.now() < readAt + seconds * 1000) return value;
    readAt = clock.now();
    const reading = read();
    value = reading;
    reading.catch(() => {
      if (value === reading) value = undefined;
    });
    return reading;
  };
}
