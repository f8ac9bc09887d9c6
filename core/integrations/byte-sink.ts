/** Bytes that wait to be written, in a buffer that grows. */
export interface ByteSink {
  put(byte: number): void;
  length(): number;
  /** Hands over each byte that was put since the last time. */
  empty(receive: (byte: number) => void): void;
  /** The same as a copy. */
  take(): Uint8Array;
}

export function byteSink(): ByteSink {
  let bytes = new Uint8Array(1024);
  let length = 0;
  return {
    put(byte) {
      if (length === bytes.length) {
        const larger = new Uint8Array(length * 2);
        larger.set(bytes);
        bytes = larger;
      }
      bytes[length++] = byte;
    },
    length: () => length,
    empty(receive) {
      for (let at = 0; at < length; at++) receive(bytes[at] ?? 0);
      length = 0;
    },
    take() {
      const taken = bytes.slice(0, length);
      length = 0;
      return taken;
    },
  };
}
