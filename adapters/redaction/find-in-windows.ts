import { AgentError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { type Finding, unionOf } from '../../core/redaction/finding.ts';
import { type Answer, callPatiently, type Failure, type Patience } from './patient-call.ts';
import { rateLimit } from './rate-limit.ts';
import { slots } from './slots.ts';
import { halvesOf, type TextWindow, windowsOf } from './text-window.ts';

export interface DetectorDependencies {
  clock: Clock;
  /** Like `Math.random`: spreads the pauses. */
  random: () => number;
}

export interface WindowedService {
  name: string;
  /** What one call takes, and what a text costs; never less than its length. */
  costMax: number;
  costOf: (text: string) => number;
  /** Calls under way at once, over all texts. */
  parallelMax: number;
  perMinute: number;
  /** Calls that may go at once after a pause. */
  burst: number;
  patience: Patience;
  /** Looks at one window, once. Never throws. */
  look: (text: string, signal: AbortSignal) => Promise<Answer<Finding[]>>;
}

/** Finds values with a service that takes a text in windows. All windows are looked at, or an error is thrown. */
export function findInWindows(
  service: WindowedService,
  { clock, random }: DetectorDependencies,
): (text: string) => Promise<readonly Finding[]> {
  const { name, costMax, costOf, patience, look } = service;
  const slot = slots(service.parallelMax);
  const waiting = { clock, random, turn: rateLimit(service.perMinute, service.burst, clock) };

  const lookAt = async (window: TextWindow, stop: AbortController): Promise<Finding[]> => {
    const answer = await slot(async () => {
      stop.signal.throwIfAborted();
      const answer = await callPatiently((signal) => look(window.text, signal), patience, {
        ...waiting,
        stop: stop.signal,
      });
      // The other windows end with the same error: no more tries, and no more text leaves for the service.
      if (isLasting(answer)) stop.abort(redactionFailed(name, answer.failure));
      stop.signal.throwIfAborted();
      return answer;
    });
    if ('value' in answer) return answer.value.map((finding) => moved(finding, window.start));
    const halves = halvesOf(window);
    if (!halves) return [whole(window)];
    return (await Promise.all(halves.map((half) => lookAt(half, stop)))).flat();
  };

  return async (text) => {
    if (text.trim() === '') return [];
    // A half of a character cannot be sent, and must not move what stands behind it.
    const windows = windowsOf(text.toWellFormed(), costMax, costOf);
    const stop = new AbortController();
    return unionOf((await Promise.all(windows.map((window) => lookAt(window, stop)))).flat());
  };
}

function isLasting(answer: Answer<Finding[]>): answer is { failure: Failure } {
  return 'failure' in answer && answer.failure.kind !== 'too-much';
}

function moved({ start, end, infoType }: Finding, by: number): Finding {
  return { start: start + by, end: end + by, infoType };
}

/** What holds more values than a service can tell is removed as a whole, up to the end of its last line. */
function whole({ text, start }: TextWindow): Finding {
  return { start, end: start + text.trimEnd().length, infoType: 'TOO_MANY_FINDINGS' };
}

function redactionFailed(name: string, { kind, says }: Failure): AgentError {
  const advice = kind === 'passing' ? ' It is tried again.' : '';
  return new AgentError('redaction-failed', `${name} could not look at the output: ${says}.${advice}`, {
    retryable: kind !== 'invalid',
  });
}
