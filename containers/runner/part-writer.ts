import type { ExecutionId } from '../../core/execution.ts';
import { limits } from '../../core/limits.ts';
import { encodeFrame, type OutputFrame } from '../../core/output.ts';
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

const headerBytes = 8;

/** A part is written when it is full, or some time after its first byte, so that progress can be shown. */
export function partWriter({ ledger, clock }: { ledger: Ledger; clock: Clock }, id: ExecutionId): PartWriter {
  const stored = { parts: 0, bytes: 0 };
  let parts = 0;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let writing: Promise<void> = Promise.resolve();
  let timer = new AbortController();

  /** Begins to write what is pending, and resolves when the part before it is stored. */
  const flush = (): Promise<void> => {
    timer.abort();
    const previous = writing;
    if (pendingBytes === 0) return previous;
    const part = ++parts;
    const bytes = pendingBytes - pending.length * headerBytes;
    const frames = Buffer.concat(pending, pendingBytes);
    pending = [];
    pendingBytes = 0;
    writing = previous.then(async () => {
      await ledger.writeOutput(id, part, frames);
      stored.parts = part;
      stored.bytes += bytes;
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

  const add = async (frame: Uint8Array) => {
    while (pendingBytes + frame.length > limits.outputPartBytes) await flush();
    if (pendingBytes === 0) void flushSoon();
    pending.push(frame);
    pendingBytes += frame.length;
  };

  return {
    async write({ stream, bytes }) {
      const room = limits.outputPartBytes - headerBytes;
      for (let at = 0; at < bytes.length; at += room) {
        await add(encodeFrame({ stream, bytes: bytes.subarray(at, at + room) }));
      }
    },
    async end() {
      void flush().catch(() => {});
      const failure = await writing.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      return { ...stored, failure };
    },
  };
}
