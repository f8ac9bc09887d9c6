import { AgentError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';

/**
 * Work that has so many milliseconds. Its signal aborts afterwards; whether or not it obeys, nobody waits any longer.
 * @throws AgentError `secrets-invalid` with `late` as its message when the time is over.
 */
export async function withinTime<T>(
  clock: Clock,
  milliseconds: number,
  late: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const expiry = clock.sleep(milliseconds, abort.signal).then((): never => {
    throw new AgentError('secrets-invalid', late);
  });
  expiry.catch(() => {});
  try {
    return await Promise.race([work(abort.signal), expiry]);
  } finally {
    abort.abort();
  }
}
