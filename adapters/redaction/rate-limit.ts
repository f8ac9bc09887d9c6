import type { Clock } from '../../core/ports.ts';

/** Waits so that calls stay within `perMinute`. After a pause, `burst` of them may go at once. */
export function rateLimit(perMinute: number, burst: number, clock: Clock): () => Promise<void> {
  const interval = 60_000 / perMinute;
  let next = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = clock.now();
    const at = Math.max(next, now - (burst - 1) * interval);
    next = at + interval;
    if (at > now) await clock.sleep(at - now);
  };
}
