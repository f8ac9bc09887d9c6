import { messageOf } from '../../core/errors.ts';
import type { Result } from '../../core/execution.ts';
import type { ByteFilter } from '../../core/integrations/integration.ts';
import type { StreamName } from '../../core/output.ts';
import type { PartWriter } from './part-writer.ts';

/** Takes what the child writes: filtered, masked and bounded it goes to the ledger. */
export interface Capture {
  /** Resolves when there is room for more. It never rejects: the child must be read to its end. */
  push(stream: StreamName, chunk: Uint8Array): Promise<void>;
  /** Stores the rest. `failure` says why some of the output could not be kept, apart from the limit. */
  end(): Promise<{ output: Result['output']; failure: string | null }>;
}

/** The filters of each stream are applied in their order; masking must be the last. */
export function capture(
  writer: PartWriter,
  filters: Readonly<Record<StreamName, readonly ByteFilter[]>>,
  outputBytesMax: number,
): Capture {
  const cutStreams = new Set<StreamName>();
  let bytes = 0;
  let cutBytes = 0;
  let failure: unknown;

  const keep = async (stream: StreamName, chunk: Uint8Array) => {
    const room = cutStreams.has(stream) ? 0 : outputBytesMax - bytes;
    const kept = chunk.length > room ? wholeLines(chunk.subarray(0, room)) : chunk;
    if (kept.length < chunk.length) cutStreams.add(stream);
    bytes += kept.length;
    cutBytes += chunk.length - kept.length;
    if (kept.length > 0) await writer.write({ stream, bytes: kept });
  };

  /** Without its filters nothing may be kept, so after a failure everything is dropped. */
  const attempt = async (work: () => Promise<void>) => {
    try {
      if (failure === undefined) await work();
    } catch (thrown) {
      failure = thrown;
    }
  };

  const finish = async (stream: StreamName) => {
    await keep(stream, endOf(filters[stream]));
    if (cutStreams.has(stream)) await writer.write({ stream, bytes: cutMark(bytes, bytes + cutBytes) });
  };

  return {
    async push(stream, chunk) {
      // What is beyond the limit is read, so that the child can go on, and counted, but needs no filter any more.
      if (cutStreams.has(stream) || failure !== undefined) cutBytes += chunk.length;
      else await attempt(() => keep(stream, pass(filters[stream], chunk)));
    },
    async end() {
      await attempt(() => finish('stdout'));
      await attempt(() => finish('stderr'));
      const stored = await writer.end();
      failure ??= stored.failure;
      if (failure === undefined) return { output: { parts: stored.parts, bytes, cutBytes }, failure: null };
      const output = { parts: stored.parts, bytes: stored.bytes, cutBytes: bytes + cutBytes - stored.bytes };
      return { output, failure: messageOf(failure) };
    },
  };
}

/** Up to the last line's end, where there is one: half a value could not be recognized any more. */
function wholeLines(bytes: Uint8Array): Uint8Array {
  const newline = bytes.lastIndexOf(0x0a);
  return newline < 0 ? bytes : bytes.subarray(0, newline + 1);
}

function pass(filters: readonly ByteFilter[], chunk: Uint8Array): Uint8Array {
  return filters.reduce((bytes, filter) => filter.push(bytes), chunk);
}

/** What the filters hold back, each one's rest through those that follow. */
function endOf(filters: readonly ByteFilter[]): Uint8Array {
  const rests = filters.map((filter, at) => pass(filters.slice(at + 1), filter.end()));
  return Buffer.concat(rests);
}

function cutMark(bytes: number, total: number): Uint8Array {
  const advice = 'Print less, or write it to a file or a bucket.';
  return Buffer.from(`\n[output cut: ${bytes} of ${total} bytes kept. ${advice}]\n`);
}
