import type { LocalDetector } from './detector.ts';
import type { Findings } from './finding.ts';
import { joinRedacted } from './join.ts';
import { lineCutter } from './lines.ts';
import { localFinder } from './local-finder.ts';
import { type Redacted, removeFindings } from './redacted.ts';
import type { TextRedactor } from './text-stream.ts';
import type { Transformations } from './transformations.ts';

/** Makes redactors, one per stream, that remove what local detectors find. */
export function localStage(
  detectors: readonly LocalDetector[],
  transformations: Transformations,
): (findings: Findings) => TextRedactor {
  const makeFinder = localFinder(detectors);
  return (findings) => {
    const find = makeFinder();
    let redacted: Redacted[] = [];
    const lines = lineCutter((piece) => {
      const { found, to } = find(piece);
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
