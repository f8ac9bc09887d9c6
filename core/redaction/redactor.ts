import type { OutputFrame, StreamName } from '../output.ts';
import type { Redacted } from './redacted.ts';

export interface RedactedChunk {
  stream: StreamName;
  text: Redacted;
}

/** How often each info type was found, for the result's metadata and for metrics; never the values. */
export type Findings = Map<string, number>;

/** The one way out: raw text goes in, `Redacted` comes out, or an error does. */
export interface Redactor {
  /**
   * Redacts an output as a stream, with bounded memory. The streams stay apart and their order stays, line by
   * line. Counts what it finds into `findings`.
   * @throws AgentError `redaction-failed` as soon as any part cannot be redacted. Then nothing more may be sent,
   * and what was already taken from the iterable must not be trusted to be all.
   */
  output(frames: AsyncIterable<OutputFrame>, findings?: Findings): AsyncIterable<RedactedChunk>;
  /** Redacts a sentence of ours that may quote raw text: error messages, stop reasons. */
  message(text: string): Redacted;
}
