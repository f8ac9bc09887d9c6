/**
 * Turns positions in the UTF-8 form of a text into positions in UTF-16 code units, in which JavaScript counts. A
 * position inside a character widens the range: half a character is never left over.
 */
export function bytePositions(text: string): {
  bytes: number;
  startOf(byte: number): number;
  endOf(byte: number): number;
} {
  const bytes = Buffer.byteLength(text);
  if (bytes === text.length) return { bytes, startOf: (byte) => byte, endOf: (byte) => byte };
  const positions = new Uint32Array(bytes + 1);
  let byte = 0;
  for (let at = 0; at < text.length; ) {
    const size = sizeOf(text.codePointAt(at) ?? 0);
    positions.fill(at, byte, byte + size);
    byte += size;
    at += size === 4 ? 2 : 1;
  }
  positions[bytes] = text.length;
  const startOf = (at: number) => positions[at] ?? text.length;
  return {
    bytes,
    startOf,
    endOf(at) {
      const before = startOf(at - 1);
      return at > 0 && startOf(at) === before ? before + widthOf(text, before) : startOf(at);
    },
  };
}

function widthOf(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

function sizeOf(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}
