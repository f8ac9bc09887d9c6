import { type Fetch, type HttpOutcome, type HttpRequest, sendRequest } from './http-request.ts';
import { limits } from './limits.ts';
import type { Clock } from './ports.ts';

export interface Http {
  fetch: Fetch;
  clock: Clock;
  /** Like `Math.random`: spreads the pauses, so that agents do not come back all at once. */
  random: () => number;
}

export interface Patience {
  tries: number;
  tryMilliseconds: number;
  totalMilliseconds: number;
}

/** The last outcome, and what happened before it. */
export interface Settled {
  outcome: HttpOutcome;
  tries: number;
  /** An earlier try may have been carried out by the server, although we got no answer. */
  isUnclear: boolean;
}

/**
 * Makes a request until it gets an answer that another try would not change: network errors, timeouts, 429 and
 * 5xx are tried again with exponential backoff and full jitter, or after `Retry-After`. A success whose body was
 * torn is tried again only when `needsBody`.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export async function sendWithRetries(
  http: Http,
  request: Omit<HttpRequest, 'timeoutMilliseconds'>,
  patience: Patience,
  needsBody: boolean,
): Promise<Settled> {
  const deadline = http.clock.now() + patience.totalMilliseconds;
  let isUnclear = false;
  for (let tries = 1; ; tries++) {
    const timeoutMilliseconds = Math.min(patience.tryMilliseconds, deadline - http.clock.now());
    const outcome = await sendRequest(http, { ...request, timeoutMilliseconds });
    const pause = pauseAfter(outcome, tries, http);
    const isLast = tries >= patience.tries || http.clock.now() + pause >= deadline;
    if (isLast || !isPassing(outcome, needsBody)) return { outcome, tries, isUnclear };
    isUnclear ||= mayBeDone(outcome);
    await http.clock.sleep(pause);
  }
}

/** How long the server asks us to wait, in milliseconds and within our limit; 0 when it does not. */
export function retryAfterMilliseconds(outcome: HttpOutcome, now: number): number {
  const header = outcome.status === null ? null : outcome.retryAfter;
  if (!header) return 0;
  const milliseconds = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Math.min(Math.max(milliseconds || 0, 0), limits.retryAfterMillisecondsMax);
}

/** Whether an outcome is one that time may mend. */
export function isPassing(outcome: HttpOutcome, needsBody: boolean): boolean {
  if (outcome.status === null || outcome.status === 429 || outcome.status >= 500) return true;
  return needsBody && outcome.isTorn && outcome.status < 300;
}

function pauseAfter(outcome: HttpOutcome, tries: number, { clock, random }: Http): number {
  const ceiling = Math.min(limits.backoffMilliseconds * 2 ** (tries - 1), limits.backoffMillisecondsMax);
  return Math.max(random() * ceiling, retryAfterMilliseconds(outcome, clock.now()));
}

function mayBeDone(outcome: HttpOutcome): boolean {
  return outcome.status === null ? outcome.mayHaveArrived : outcome.status !== 429;
}
