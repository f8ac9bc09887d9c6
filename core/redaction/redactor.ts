import type { OutputFrame, StreamName } from '../output.ts';
import type { Detector, LocalDetector } from './detector.ts';
import { externalStage } from './external-stage.ts';
import { failClosed, failClosedStream } from './fail-closed.ts';
import type { Findings } from './finding.ts';
import { joinRedacted } from './join.ts';
import { localDetectors } from './local-detectors.ts';
import { localStage } from './local-stage.ts';
import type { Redacted } from './redacted.ts';
import { type TextRedactor, textStream } from './text-stream.ts';
import type { Transformations } from './transformations.ts';

export type { Findings } from './finding.ts';
export type { Redacted } from './redacted.ts';

export interface RedactedChunk {
  stream: StreamName;
  text: Redacted;
}

/** The one way out: raw text goes in, `Redacted` comes out, or an error does. */
export interface Redactor {
  /**
   * Redacts an output as a stream, with bounded memory. The streams stay apart and their order stays, line by
   * line. Counts what it finds into `findings`.
   * @throws AgentError `redaction-failed` as soon as any part cannot be redacted. Then nothing more may be sent,
   * and what was already taken from the iterable must not be trusted to be all.
   */
  output(frames: AsyncIterable<OutputFrame>, findings?: Findings): AsyncIterable<RedactedChunk>;
  /** Redacts a sentence of ours that may quote raw text: error messages, stop reasons. Local detectors only. */
  message(text: string): Redacted;
}

export interface RedactorOptions {
  /** What a finding becomes. By default its info type in brackets. */
  transformations?: Transformations;
  /** In place of the default list (`local-detectors.ts`). */
  localDetectors?: readonly LocalDetector[];
}

/** Redacts with the local detectors first, then shows what is left to each of `detectors`. */
export function redactor(options: RedactorOptions & { detectors: readonly Detector[] }): Redactor {
  const { transformations = {}, detectors } = options;
  const redactorOf = localStage(options.localDetectors ?? localDetectors, transformations);
  return {
    output(frames, findings = new Map()) {
      const chunks = textStream(frames, () => redactorOf(findings));
      return failClosedStream(
        detectors.length === 0 ? chunks : externalStage(chunks, detectors, { transformations, findings }),
      );
    },
    message: (text) => failClosed(() => redactWhole(redactorOf(new Map()), text)),
  };
}

/** A text in memory goes the same way as a stream. Half characters cannot be encoded: they become U+FFFD. */
function redactWhole(redactor: TextRedactor, text: string): Redacted {
  return joinRedacted([redactor.push(text.toWellFormed()), redactor.end()]);
}
