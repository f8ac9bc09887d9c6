import type { OutputFrame, StreamName } from '../../../core/output.ts';
import { localRedactor } from '../../../core/redaction/local-redactor.ts';
import type { Findings, Redactor } from '../../../core/redaction/redactor.ts';

export const redactor = localRedactor();

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

export async function* framesOf(frames: Iterable<OutputFrame>): AsyncGenerator<OutputFrame> {
  yield* frames;
}

/** What came out of each stream, and of both in order. */
export async function redactFrames(
  frames: Iterable<OutputFrame> | AsyncIterable<OutputFrame>,
  by: Redactor = redactor,
  findings: Findings = new Map(),
): Promise<Record<StreamName | 'both', string>> {
  const texts = { stdout: '', stderr: '', both: '' };
  const source = Symbol.asyncIterator in frames ? frames : framesOf(frames);
  for await (const { stream, text } of by.output(source, findings)) {
    texts[stream] += text;
    texts.both += text;
  }
  return texts;
}

/** `bytes` cut at `cuts`, as frames of standard output. */
export function cutInto(
  bytes: Uint8Array,
  cuts: readonly number[],
  stream: StreamName = 'stdout',
): OutputFrame[] {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  return ends.map((end, index) => ({
    stream,
    bytes: bytes.subarray(index === 0 ? 0 : ends[index - 1], end),
  }));
}
