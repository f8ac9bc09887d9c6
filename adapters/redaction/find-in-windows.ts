import { AgentError } from '../../core/errors.ts';
import { type Finding, unionOf } from '../../core/redaction/finding.ts';
import { inParallel } from './in-parallel.ts';
import { type Answer, callPatiently, type Failure, type Patience, type Waiting } from './patient-call.ts';
import { rateLimit } from './rate-limit.ts';
import { halvesOf, type TextWindow, windowsOf } from './text-window.ts';

export interface WindowedService extends Waiting {
  name: string;
  /** What one call takes, and what a text costs; never less than its length. */
  costMax: number;
  costOf: (text: string) => number;
  /** Calls under way at once, over all texts. */
  parallelMax: number;
  perMinute: number;
  patience: Patience;
  /** Looks at one window, once. Never throws. */
  look: (text: string, signal: AbortSignal) => Promise<Answer<Finding[]>>;
}

/** Finds values with a service that takes a text in windows. All windows are looked at, or an error is thrown. */
export function findInWindows(service: WindowedService): (text: string) => Promise<readonly Finding[]> {
  const { costMax, costOf, parallelMax } = service;
  const wait = rateLimit(service.perMinute, service.clock);

  const lookAt = async (window: TextWindow): Promise<Finding[]> => {
    await wait();
    const answer = await callPatiently(
      (signal) => service.look(window.text, signal),
      service.patience,
      service,
    );
    if ('value' in answer) return answer.value.map((finding) => moved(finding, window.start));
    if (answer.failure.kind !== 'too-much') throw redactionFailed(service.name, answer.failure);
    const halves = halvesOf(window);
    if (!halves) return [whole(window)];
    return [...(await lookAt(halves[0])), ...(await lookAt(halves[1]))];
  };

  return async (text) => {
    if (text.trim() === '') return [];
    // A half of a character cannot be sent, and must not move what stands behind it.
    const windows = windowsOf(text.toWellFormed(), costMax, costOf);
    return unionOf((await inParallel(windows, parallelMax, lookAt)).flat());
  };
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
