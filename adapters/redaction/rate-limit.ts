import type { Clock } from '../../core/ports.ts';

/** Waits so that calls stay within `perMinute`. The first few after a pause go at once. */
export function rateLimit(perMinute: number, clock: Clock): () => Promise<void> {
  const interval = 60_000 / perMinute;
  const burst = Math.max(1, Math.min(BURST_MAX, Math.floor(perMinute / 10)));
  let next = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = clock.now();
    const at = Math.max(next, now - (burst - 1) * interval);
    next = at + interval;
    if (at > now) await clock.sleep(at - now);
  };
}

const BURST_MAX = 10;
