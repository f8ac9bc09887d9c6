import type { Detector } from './detector.ts';
import type { Findings } from './finding.ts';
import type { RedactedChunk } from './redactor.ts';
import type { Transformations } from './transformations.ts';
export async function* externalStage(
  chunks: AsyncIterable<RedactedChunk>,
  _detectors: readonly Detector[],
  _options: { transformations: Transformations; findings: Findings },
): AsyncGenerator<RedactedChunk> {
  yield* chunks;
}
