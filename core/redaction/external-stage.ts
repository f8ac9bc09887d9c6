import type { StreamName } from '../output.ts';
import type { Detector } from './detector.ts';
import { findExternally } from './external-window.ts';
import type { Findings } from './finding.ts';
import { joinRedacted } from './join.ts';
import { type Redacted, removeFindings } from './redacted.ts';
import type { RedactedChunk } from './redactor.ts';
import type { Transformations } from './transformations.ts';

interface Options {
  transformations: Transformations;
  findings: Findings;
}

/** A chunk on its way through: where it ends in the text of its stream, and what of it is ready. */
interface Waiting {
  stream: StreamName;
  end: number;
  ready: Redacted[];
  isReady: boolean;
}

/** The text of one stream that no detector has seen; it begins `start` characters into it, behind `context`. */
interface Unseen {
  context: string;
  text: string;
  start: number;
}

/** What a window sees again of the text before it, and what it leaves at its end for the next one. */
const OVERLAP_CHARACTERS = 1024;

/**
 * Shows what the local detectors have left to detectors outside, in windows of the size that all of them take. Chunks
 * leave in the order in which they came; when one stream's window is full, the other's is looked at as it is, so that
 * nothing waits for more than a window.
 */
export async function* externalStage(
  chunks: AsyncIterable<RedactedChunk>,
  detectors: readonly Detector[],
  options: Options,
): AsyncGenerator<RedactedChunk> {
  const windowMax = Math.min(...detectors.map(({ windowCharactersMax }) => windowCharactersMax));
  const streams = new Map<StreamName, Unseen>();
  const waiting: Waiting[] = [];
  const show = (stream: StreamName, unseen: Unseen, isLast: boolean) =>
    showWindow(unseen, {
      windowMax,
      detectors,
      isLast,
      chunks: waiting.filter((one) => one.stream === stream),
      ...options,
    });

  for await (const { stream, text } of chunks) {
    const unseen = streams.get(stream) ?? { context: '', text: '', start: 0 };
    streams.set(stream, unseen);
    unseen.text += text;
    waiting.push({ stream, end: unseen.start + unseen.text.length, ready: [], isReady: false });
    if (unseen.text.length < windowMax) continue;
    while (unseen.text.length >= windowMax) await show(stream, unseen, false);
    for (const [name, other] of streams)
      while (name !== stream && other.text !== '') await show(name, other, true);
    yield* takeReady(waiting);
  }
  for (const [name, unseen] of streams) while (unseen.text !== '') await show(name, unseen, true);
  yield* takeReady(waiting);
}

function* takeReady(waiting: Waiting[]): Generator<RedactedChunk> {
  while (waiting[0]?.isReady) {
    const chunk = waiting.shift();
    const text = joinRedacted(chunk?.ready ?? []);
    if (chunk && text !== '') yield { stream: chunk.stream, text };
  }
}

/** Looks at one window of a stream, and makes ready what of its chunks lies in it. */
async function showWindow(
  unseen: Unseen,
  options: Options & {
    windowMax: number;
    detectors: readonly Detector[];
    isLast: boolean;
    chunks: readonly Waiting[];
  },
): Promise<void> {
  const { windowMax, detectors, isLast, chunks, transformations, findings } = options;
  const context = unseen.context.slice(-Math.min(OVERLAP_CHARACTERS, windowMax >> 2)).toWellFormed();
  const window = context + unseen.text.slice(0, windowMax - context.length);
  const isWhole = isLast && window.length - context.length === unseen.text.length;
  const { found, to } = await findExternally(detectors, window, context.length, isWhole);

  /** From a position in the stream to one in the window. */
  const shift = context.length - unseen.start;
  let from = context.length;
  for (const chunk of chunks) {
    if (chunk.isReady || from >= to) continue;
    const end = Math.min(to, chunk.end + shift);
    const parts = found.map((finding) => ({
      ...finding,
      continued: finding.start < from && from > context.length,
    }));
    chunk.ready.push(removeFindings(window, parts, { transformations, findings, from, to: end }));
    chunk.isReady = chunk.end + shift <= to;
    from = end;
  }
  unseen.context = window.slice(0, to);
  unseen.text = unseen.text.slice(to - context.length);
  unseen.start += to - context.length;
}
