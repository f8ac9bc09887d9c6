/** The tokens of a TDS answer. https://learn.microsoft.com/openspecs/windows_protocols/ms-tds */

export function tdsDone(
  done: { rows?: number; more?: boolean; error?: boolean; attention?: boolean } = {},
): Buffer {
  const flags = [done.more && 1, done.error && 2, done.rows !== undefined && 0x10, done.attention && 0x20];
  const token = Buffer.alloc(13);
  token[0] = 0xfd;
  token.writeUInt16LE(
    flags.reduce((sum: number, flag) => sum + (flag || 0), 0),
    1,
  );
  token.writeUInt16LE(done.rows === undefined ? 0 : 0xc1, 3);
  token.writeBigUInt64LE(BigInt(done.rows ?? 0), 5);
  return token;
}

export function tdsLoginAck(): Buffer {
  const body = Buffer.concat([
    Buffer.from([1, 0x74, 0, 0, 4]),
    shortText('Test'),
    Buffer.from([15, 0, 0, 0]),
  ]);
  return Buffer.concat([Buffer.from([0xad]), uint16(body.length), body]);
}

export function tdsError(number: number, severity: number, message: string): Buffer {
  return said(0xaa, number, severity, message);
}

export function tdsInfo(message: string): Buffer {
  return said(0xab, 0, 0, message);
}

function said(token: number, number: number, severity: number, whole: string): Buffer {
  const message = whole.slice(0, 1000);
  const head = Buffer.alloc(6);
  head.writeUInt32LE(number, 0);
  head.set([1, severity], 4);
  const line = Buffer.from([1, 0, 0, 0]);
  const texts = [uint16(message.length), Buffer.from(message, 'utf16le'), shortText('test'), shortText('')];
  const body = Buffer.concat([head, ...texts, line]);
  return Buffer.concat([Buffer.from([token]), uint16(body.length), body]);
}

/** A column of integers is a bigint, one of bytes varbinary(max), any other nvarchar(max). */
export function tdsRows(names: string[], rows: unknown[][]): Buffer {
  const types = names.map((_, column) => typeOf(rows.map((row) => row[column])));
  const columns = names.map((name, column) =>
    Buffer.concat([Buffer.from([0, 0, 0, 0, 1, 0, ...DECLARED[types[column] ?? 'text']]), shortText(name)]),
  );
  const cells = rows.flatMap((row) => [
    Buffer.from([0xd1]),
    ...row.map((value, column) => cell(types[column] ?? 'text', value)),
  ]);
  return Buffer.concat([Buffer.from([0x81]), uint16(names.length), ...columns, ...cells]);
}

type ColumnType = 'integer' | 'bytes' | 'text';

const DECLARED: Record<ColumnType, number[]> = {
  integer: [0x26, 8],
  bytes: [0xa5, 0xff, 0xff],
  text: [0xe7, 0xff, 0xff, 9, 4, 0xd0, 0, 0x34],
};

function typeOf(values: unknown[]): ColumnType {
  const given = values.filter((value) => value !== null);
  if (given.length > 0 && given.every((value) => typeof value === 'bigint')) return 'integer';
  return given.length > 0 && given.every((value) => value instanceof Uint8Array) ? 'bytes' : 'text';
}

function cell(type: ColumnType, value: unknown): Buffer {
  if (type === 'integer') {
    if (value === null) return Buffer.from([0]);
    const bytes = Buffer.alloc(9);
    bytes[0] = 8;
    bytes.writeBigInt64LE(BigInt(String(value)), 1);
    return bytes;
  }
  if (value === null) return Buffer.alloc(8, 0xff);
  const data = value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(String(value), 'utf16le');
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(BigInt(data.length), 0);
  head.writeUInt32LE(data.length, 8);
  return Buffer.concat([data.length > 0 ? head : head.subarray(0, 8), data, Buffer.alloc(4)]);
}

function shortText(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'utf16le')]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
