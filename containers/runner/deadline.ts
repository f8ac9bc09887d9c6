import type { Clock } from '../../core/ports.ts';
import type { StopReason } from './child-end.ts';

/** When the command must end before it does so by itself. */
export interface Deadline extends Disposable {
  /** Aborts when the time is over or somebody killed it. */
  signal: AbortSignal;
  /** What came first; null while nothing did. */
  reason(): StopReason | null;
}

/** The time runs from now on. Dispose of it when the command has ended. */
export function deadline(clock: Clock, runSecondsMax: number, kill: AbortSignal): Deadline {
  const stop = new AbortController();
  const ended = new AbortController();
  let first: StopReason | null = null;
  const end = (reason: StopReason) => {
    if (!ended.signal.aborted) first ??= reason;
    if (first !== null) stop.abort();
  };
  const onKill = () => end('killed');

  if (kill.aborted) onKill();
  else kill.addEventListener('abort', onKill, { once: true });
  void clock.sleep(runSecondsMax * 1000, ended.signal).then(() => end('timed-out'));

  return {
    signal: stop.signal,
    reason: () => first,
    [Symbol.dispose]() {
      ended.abort();
      kill.removeEventListener('abort', onKill);
    },
  };
}
