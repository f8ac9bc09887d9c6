/**
 * The raw output as it lies in the ledger: both streams in one sequence, so that they stay apart and yet in the
 * order in which they were written. A frame is a header of eight bytes (stream, three zeros, length as
 * big-endian unsigned 32 bit) and the bytes: the container engines' own multiplexed format,
 * https://docs.docker.com/reference/api/engine/version/v1.47/#tag/Container/operation/ContainerAttach
 */
export type StreamName = 'stdout' | 'stderr';

export interface OutputFrame {
  stream: StreamName;
  bytes: Uint8Array;
}

const HEADER_BYTES = 8;
const NUMBER_OF: Record<StreamName, number> = { stdout: 1, stderr: 2 };

/** The bytes that a frame takes in a part. */
export function frameBytes(frame: OutputFrame): number {
  return HEADER_BYTES + frame.bytes.length;
}

/** Writes the frame into a part at `at`, where it must fit. */
export function writeFrame(frame: OutputFrame, part: Uint8Array, at: number): void {
  part.fill(0, at, at + HEADER_BYTES);
  part[at] = NUMBER_OF[frame.stream];
  new DataView(part.buffer, part.byteOffset).setUint32(at + 4, frame.bytes.length);
  part.set(frame.bytes, at + HEADER_BYTES);
}

/** The frame as bytes for a part of the ledger's output. */
export function encodeFrame(frame: OutputFrame): Uint8Array {
  const encoded = new Uint8Array(frameBytes(frame));
  writeFrame(frame, encoded, 0);
  return encoded;
}

/** The frames of one part. A frame never spans two parts; a torn one is an error. */
export function* decodeFrames(part: Uint8Array): Generator<OutputFrame> {
  const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
  for (let at = 0; at < part.length; ) {
    const end = at + HEADER_BYTES <= part.length ? at + HEADER_BYTES + view.getUint32(at + 4) : Infinity;
    if (end > part.length) throw new RangeError(`The output part is torn at byte ${at} of ${part.length}.`);
    yield {
      stream: part[at] === NUMBER_OF.stderr ? 'stderr' : 'stdout',
      bytes: part.subarray(at + HEADER_BYTES, end),
    };
    at = end;
  }
}
