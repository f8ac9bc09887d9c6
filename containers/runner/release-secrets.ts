import { limits } from '../../core/limits.ts';
import type { Runner } from './runner.ts';

/**
 * Gives back what was lent to the execution, once nothing waits for us any more. It never throws, and a store that
 * hangs keeps us for seconds at most: what it lent ends by itself.
 */
export async function releaseSecrets({ secrets, clock }: Pick<Runner, 'secrets' | 'clock'>): Promise<void> {
  const released = Promise.resolve(secrets.release?.()).catch(() => {});
  const done = new AbortController();
  await Promise.race([released, clock.sleep(limits.secretReleaseSeconds * 1000, done.signal)]);
  done.abort();
}
