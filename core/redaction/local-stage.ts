import type { LocalDetector } from './detector.ts';
import { dispatcher } from './dispatcher.ts';
import type { Finding, Findings, InfoType } from './finding.ts';
import { joinRedacted } from './join.ts';
import { lineCutter, type Piece } from './lines.ts';
import { pemTracker } from './pem-tracker.ts';
import { type Redacted, removeFindings } from './redacted.ts';
import { tableTracker, tableWords } from './table-tracker.ts';
import type { TextRedactor } from './text-stream.ts';
import type { Transformations } from './transformations.ts';

/** Something that remembers, from line to line, what the lines to come mean. */
export interface Tracker {
  /** Looks at `text` from `piece.from` to `piece.to`; `hints` are where words of the tracker begin. */
  track(piece: Piece, hints: readonly number[]): Finding[];
}

/** Makes redactors that find with local detectors, line by line, and remove what was found. One per stream. */
export function localStage(
  detectors: readonly LocalDetector[],
  transformations: Transformations,
): (findings: Findings) => TextRedactor {
  const detect = dispatcher(detectors, tableWords);
  return (findings) => {
    const trackers: Tracker[] = detectors.length === 0 ? [] : [pemTracker(), tableTracker()];
    let redacted: Redacted[] = [];
    /** What the value was that reached to the end of the last window, so that its rest begins the next. */
    let continues: InfoType | undefined;

    const lines = lineCutter((piece) => {
      const { found, tracked } = detect(piece.text);
      if (continues !== undefined) found.push(restOfValue(piece, continues));
      const to = piece.endsLine ? piece.to : endAcross(found, piece.to);
      const open = piece.endsLine || to < piece.text.length ? undefined : found.find(({ end }) => end === to);
      continues = open?.infoType;
      for (const tracker of trackers) found.push(...tracker.track({ ...piece, to }, tracked));
      redacted.push(removeFindings(piece.text, found, { transformations, findings, from: piece.from, to }));
      return to;
    });
    const flush = () => {
      const text = joinRedacted(redacted);
      redacted = [];
      return text;
    };
    return {
      push(text) {
        lines.push(text);
        return flush();
      },
      end() {
        lines.end();
        return flush();
      },
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
