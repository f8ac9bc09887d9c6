import type { OutputFrame, StreamName } from '../output.ts';
import type { Redacted } from './redacted.ts';
import type { RedactedChunk } from './redactor.ts';

type Decoder = InstanceType<typeof TextDecoder>;

/** Redacts one stream of text: what comes back is what can be said so far. */
export interface TextRedactor {
  push(text: string): Redacted;
  end(): Redacted;
}

/**
 * Decodes the frames of each stream and redacts them. A value may be split over frames of its stream, with frames of
 * the other one in between, so each stream has a state of its own. A line leaves when it is complete; lines that
 * never were leave at the end, in the order in which they were last written to.
 */
export async function* textStream(
  frames: AsyncIterable<OutputFrame>,
  makeRedactor: () => TextRedactor,
): AsyncGenerator<RedactedChunk> {
  const streams = new Map<StreamName, { decoder: Decoder; redactor: TextRedactor }>();
  for await (const { stream, bytes } of frames) {
    const state = streams.get(stream) ?? { decoder: utf8(), redactor: makeRedactor() };
    streams.delete(stream);
    streams.set(stream, state);
    const text = state.redactor.push(state.decoder.decode(bytes, { stream: true }));
    if (text !== '') yield { stream, text };
  }
  for (const [stream, { decoder, redactor }] of streams) {
    for (const text of [redactor.push(decoder.decode()), redactor.end()]) {
      if (text !== '') yield { stream, text };
    }
  }
}

/** Invalid bytes become U+FFFD, a character is never split, and a byte order mark stays. */
function utf8(): Decoder {
  return new TextDecoder('utf-8', { ignoreBOM: true });
}
