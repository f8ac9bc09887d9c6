import type { LocalDetector } from './detector.ts';
import type { Finding, Report } from './finding.ts';
import { type Passage, scanner } from './passage.ts';

const TRACKED = -1;

export interface Detection {
  passage: Passage;
  found: Finding[];
  /** Where words of `trackedWords` begin. */
  tracked: number[];
}

/** Walks over a text once and calls each detector where it looks. */
export function dispatcher(
  detectors: readonly LocalDetector[],
  trackedWords: readonly string[],
): (text: string) => Detection {
  /** Whom each word is for: a detector by its index, or whoever tracks. */
  const owners = new Map<string, number[]>();
  const own = (word: string, owner: number) => owners.set(word, [...(owners.get(word) ?? []), owner]);
  for (const word of trackedWords) own(word, TRACKED);
  for (const [index, { looksAt }] of detectors.entries()) {
    if (typeof looksAt !== 'string') for (const word of looksAt) own(word, index);
  }
  const scan = scanner([...owners.keys()]);
  const ownersOf = [...owners.values()];

  return (text) => {
    const passage = scan(text);
    const found: Finding[] = [];
    const report: Report = (infoType, start, end) => found.push({ start, end, infoType });
    const tracked = lookAtWords(passage, detectors, ownersOf, report);
    for (const detector of detectors) lookAtMarks(passage, detector, report);
    return { passage, found, tracked };
  };
}

function lookAtWords(
  passage: Passage,
  detectors: readonly LocalDetector[],
  ownersOf: readonly (readonly number[])[],
  report: Report,
): number[] {
  const tracked: number[] = [];
  const lookedAt = detectors.map(() => 0);
  const { positions, ids } = passage.words;
  for (let index = 0; index < positions.length; index++) {
    const at = positions[index] ?? 0;
    for (const owner of ownersOf[ids[index] ?? 0] ?? []) {
      if (owner === TRACKED) tracked.push(at);
      else if (at >= (lookedAt[owner] ?? 0))
        lookedAt[owner] = detectors[owner]?.find(passage, at, report) ?? at;
    }
  }
  return tracked;
}

function lookAtMarks(passage: Passage, detector: LocalDetector, report: Report): void {
  const { looksAt } = detector;
  if (looksAt === 'numbers' || looksAt === 'codes') {
    const count = passage[looksAt].starts.length;
    for (let index = 0; index < count; ) index = detector.find(passage, index, report) ?? index + 1;
    return;
  }
  if (looksAt !== 'ats' && looksAt !== 'separators') return;
  let lookedAt = 0;
  for (const at of passage[looksAt]) {
    if (at >= lookedAt) lookedAt = detector.find(passage, at, report) ?? at;
  }
}
