import type { ExecutionId } from '../../core/execution.ts';
import { limits } from '../../core/limits.ts';
import { frameBytes, type OutputFrame, writeFrame } from '../../core/output.ts';
import type { Clock, Ledger } from '../../core/ports.ts';

/** Collects frames into parts of the ledger's output, one after another. */
export interface PartWriter {
  /**
   * Resolves when there is room for more: whoever waits for it keeps the memory bounded. Rejects when a part
   * could not be stored; from then on nothing is.
   */
  write(frame: OutputFrame): Promise<void>;
  /** Writes what is left. It never rejects: it says what is stored, and what failed. */
  end(): Promise<{ parts: number; bytes: number; failure: unknown }>;
}

const framePayloadMax = limits.outputPartBytes - frameBytes({ stream: 'stdout', bytes: new Uint8Array() });

/** A part is written when it is full, or some time after its first byte, so that progress can be shown. */
export function partWriter({ ledger, clock }: { ledger: Ledger; clock: Clock }, id: ExecutionId): PartWriter {
  const stored = { parts: 0, bytes: 0 };
  // Buffers are used again, because a gigabyte of output would otherwise be several gigabytes of garbage.
  const free: Uint8Array[] = [];
  let parts = 0;
  let filling = { buffer: allocatePart(), length: 0, bytes: 0 };
  let writing: Promise<void> = Promise.resolve();
  let timer = new AbortController();

  /** Begins to write what is pending, and resolves when the part before it is stored. */
  const flush = (): Promise<void> => {
    timer.abort();
    const previous = writing;
    if (filling.length === 0) return previous;
    const { buffer, length, bytes } = filling;
    const part = ++parts;
    filling = { buffer: free.pop() ?? allocatePart(), length: 0, bytes: 0 };
    writing = previous.then(async () => {
      await ledger.writeOutput(id, part, buffer.subarray(0, length));
      stored.parts = part;
      stored.bytes += bytes;
      free.push(buffer);
    });
    // Whoever writes or ends next learns of a failure, because `writing` stays rejected.
    writing.catch(() => {});
    return previous;
  };

  const flushSoon = async () => {
    timer = new AbortController();
    const { signal } = timer;
    await clock.sleep(limits.outputPartMilliseconds, signal);
    // While a part is being written the next one may as well grow.
    await writing.catch(() => {});
    if (!signal.aborted) await flush().catch(() => {});
  };

  const add = async (frame: OutputFrame) => {
    while (filling.length + frameBytes(frame) > limits.outputPartBytes) await flush();
    if (filling.length === 0) void flushSoon();
    writeFrame(frame, filling.buffer, filling.length);
    filling.length += frameBytes(frame);
    filling.bytes += frame.bytes.length;
  };

  return {
    async write({ stream, bytes }) {
      for (let at = 0; at < bytes.length; at += framePayloadMax) {
        await add({ stream, bytes: bytes.subarray(at, at + framePayloadMax) });
      }
    },
    async end() {
      void flush().catch(() => {});
      const failure = await failureOf(writing);
      return { ...stored, failure };
    },
  };
}

function failureOf(work: Promise<void>): Promise<unknown> {
  return work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
}

function allocatePart(): Uint8Array {
  return new Uint8Array(limits.outputPartBytes);
}
