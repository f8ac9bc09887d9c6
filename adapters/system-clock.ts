import type { Clock } from '../core/ports.ts';

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      // A timer holds 31 bits of milliseconds; more would fire at once. https://nodejs.org/api/timers.html
      const timer = setTimeout(wake, Math.min(Math.max(milliseconds, 0), 0x7fff_ffff));
      signal?.addEventListener('abort', wake);
    }),
};
