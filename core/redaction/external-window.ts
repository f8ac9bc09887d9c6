import { AgentError } from '../errors.ts';
import type { Detector } from './detector.ts';
import { type Finding, unionOf } from './finding.ts';

/**
 * What all detectors together find in a window, and up to where it may be redacted now: to its end when it is whole,
 * else to a line's end in its last quarter or three quarters of it, and behind a value that lies across.
 */
export async function findExternally(
  detectors: readonly Detector[],
  window: string,
  from: number,
  isWhole: boolean,
): Promise<{ found: Finding[]; to: number }> {
  const lists = await Promise.all(
    detectors.map(async (detector) => checked(detector, window, await detector.find(window))),
  );
  const found = wholeLabels(window, unionOf(lists.flat()));
  let to = isWhole ? window.length : endOfLines(window, from);
  for (const { start, end } of found) if (start < to && end > to) to = end;
  return { found, to };
}

/** A detector that answers with positions outside the text cannot be trusted to have looked at it. */
function checked(detector: Detector, window: string, found: readonly Finding[]): readonly Finding[] {
  for (const { start, end } of found) {
    if (
      Number.isInteger(start) &&
      Number.isInteger(end) &&
      start >= 0 &&
      end >= start &&
      end <= window.length
    )
      continue;
    throw new AgentError(
      'redaction-failed',
      `${detector.name} found something from ${start} to ${end} of a text of ${window.length} characters. ` +
        'The output is withheld. Run the task again, or take this detector out of the configuration.',
    );
  }
  return found;
}

/** A finding that touches a local detector's label takes the whole label, so that no half of one stays. */
function wholeLabels(window: string, found: readonly Finding[]): Finding[] {
  const labels = [...window.matchAll(/\[[A-Z][A-Z_]{2,60}\]/g)].map(({ index, 0: label }) => ({
    start: index,
    end: index + label.length,
  }));
  let next = 0;
  const widened = found.map((finding) => {
    while ((labels[next]?.end ?? Number.POSITIVE_INFINITY) <= finding.start) next++;
    let { start, end } = finding;
    for (let index = next; (labels[index]?.start ?? Number.POSITIVE_INFINITY) < end; index++) {
      start = Math.min(start, labels[index]?.start ?? start);
      end = Math.max(end, labels[index]?.end ?? end);
    }
    return { ...finding, start, end };
  });
  return unionOf(widened);
}

function endOfLines(window: string, from: number): number {
  const last = window.length - ((window.length - from) >> 2);
  const newline = window.lastIndexOf('\n', last - 1) + 1;
  if (newline > from) return newline;
  const code = window.charCodeAt(last - 1);
  return code >= 0xd800 && code <= 0xdbff ? last - 1 : last;
}
