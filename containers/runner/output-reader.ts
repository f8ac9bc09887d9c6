import { Socket } from 'node:net';
import type { Readable } from 'node:stream';

/** Reads one stream of the child. */
export interface OutputReader {
  /**
   * Hands each chunk to `take` and waits until it is done, to the end of the stream or until `destroy`. The memory
   * of a chunk is used again for the next one.
   */
  read(take: (chunk: Uint8Array) => Promise<void>): Promise<void>;
  destroy(): void;
}

const chunkBytesMax = 64 * 1024;

/** Reads a pipe into one buffer, over and over: a gigabyte of output leaves no gigabyte of garbage. */
export function pipeReader(fd: number): OutputReader {
  const buffer = Buffer.allocUnsafe(chunkBytesMax);
  const started = Promise.withResolvers<(chunk: Uint8Array) => Promise<void>>();
  const handOn = async (bytes: number) => {
    const take = await started.promise;
    await take(buffer.subarray(0, bytes));
    socket.resume();
  };
  // False pauses the socket, until `handOn` has done with the buffer.
  // https://nodejs.org/api/net.html#new-netsocketoptions
  const callback = (bytes: number) => {
    void handOn(bytes);
    return false;
  };
  const socket = new Socket({ fd, readable: true, writable: false, onread: { buffer, callback } });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  // A broken pipe is the end of the output as well.
  socket.on('error', () => {});

  return {
    async read(take) {
      started.resolve(take);
      socket.resume();
      await closed;
    },
    destroy: () => socket.destroy(),
  };
}

/** Reads a stream that `spawn` made. */
export function streamReader(stream: Readable): OutputReader {
  return {
    async read(take) {
      try {
        for await (const chunk of stream) await take(chunk);
      } catch {
        // Only reading can fail, after `destroy`: what was read until then is all there is.
      }
    },
    destroy: () => stream.destroy(),
  };
}
