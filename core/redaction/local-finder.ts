import type { LocalDetector } from './detector.ts';
import { dispatcher } from './dispatcher.ts';
import type { Finding, InfoType } from './finding.ts';
import { findInFolded } from './folding.ts';
import type { Piece } from './lines.ts';
import { pemTracker } from './pem-tracker.ts';
import { tableTracker, tableWords } from './table-tracker.ts';

/** Something that remembers, from line to line, what the lines to come mean. */
export interface Tracker {
  /** Looks at `piece.text` from `piece.from` to `piece.to`; `hints` are where words of the tracker begin. */
  track(piece: Piece, hints: readonly number[]): Finding[];
}

/**
 * Finds what local detectors find in one stream, piece by piece. It says where the part that may be redacted now ends:
 * behind a value that lies across the end of the piece's own.
 */
export type LocalFinder = (piece: Piece) => { found: Finding[]; to: number };

/** Makes finders that share their detectors; each has the state of its stream. */
export function localFinder(detectors: readonly LocalDetector[]): () => LocalFinder {
  const detect = dispatcher(detectors, tableWords);
  return () => {
    const trackers: Tracker[] = detectors.length === 0 ? [] : [pemTracker(), tableTracker()];
    /** What the value was that reached to the end of the last window, so that its rest begins the next. */
    let continues: InfoType | undefined;

    return (piece) => {
      const { found, tracked } = detect(piece.text);
      found.push(...findInFolded(piece.text, (text) => detect(text).found));
      if (continues !== undefined) found.push(restOfValue(piece, continues));
      const to = piece.endsLine ? piece.to : endAcross(found, piece.to);
      const isOpen = !piece.endsLine && to === piece.text.length;
      continues = isOpen ? found.find(({ end }) => end === to)?.infoType : undefined;
      for (const tracker of trackers) found.push(...tracker.track({ ...piece, to }, tracked));
      return { found, to };
    };
  };
}

/** The end of the values that lie across `to`: a window must not stop inside one. */
function endAcross(found: readonly Finding[], to: number): number {
  let end = to;
  for (const finding of found.toSorted((a, b) => a.start - b.start)) {
    if (finding.start < end && finding.end > end) end = finding.end;
  }
  return end;
}

/** A value longer than a window goes on to the first white space or quotation mark. */
function restOfValue({ text, from }: Piece, infoType: InfoType): Finding {
  const rest = text.slice(from).search(/[\s"'<>]/);
  return { start: from, end: rest < 0 ? text.length : from + rest, infoType, continued: true };
}
