import type { Clock } from '../../core/ports.ts';

/** How often something is tried; the pause before the second try, which doubles with each further one. */
export interface Patience {
  tries: number;
  pauseMilliseconds: number;
}

/**
 * Does the work again while what it throws `mayPass`. On top of the SDK's own tries, which have a random pause and so
 * keep callers apart: these get over conflicts and throttling that last for seconds.
 */
export async function tryAgain<T>(
  clock: Clock,
  { tries, pauseMilliseconds }: Patience,
  mayPass: (thrown: unknown) => boolean,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (thrown) {
      if (attempt === tries || !mayPass(thrown)) throw thrown;
      await clock.sleep(pauseMilliseconds * 2 ** (attempt - 1));
    }
  }
}
