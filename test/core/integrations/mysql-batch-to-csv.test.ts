import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mysqlBatchToCsv } from '../../../core/integrations/mysql-batch-to-csv.ts';

describe('the CSV of the mysql client', () => {
  it('quotes only what needs it', () => {
    expect(toCsv('a\tb\n1\tx,y\n2\tsay "hi"\n3\t two words \n')).toBe(
      'a,b\n1,"x,y"\n2,"say ""hi"""\n3, two words \n',
    );
  });

  it('decodes the escapes of the rows and leaves the header as it is', () => {
    expect(toCsv('x\\ny\n\\t\\n\\\\n\\0\n')).toBe('x\\ny\n"\t\n\\n\0"\n');
  });

  it('keeps NULL, an unknown escape and a last line without its end', () => {
    expect(toCsv('a\tb\nNULL\t\\q\\')).toBe('a,b\nNULL,\\q\\');
  });

  it('quotes a line of one empty field, which readers would skip', () => {
    expect(toCsv('a\n\nx\n')).toBe('a\n""\nx\n');
  });

  it('writes nothing for nothing', () => {
    expect(toCsv('')).toBe('');
  });

  it('starts writing a huge field before its end', () => {
    const filter = mysqlBatchToCsv(',');
    filter.push(Buffer.from('a\n'));
    const early = filter.push(Buffer.from('x'.repeat(200_000)));
    expect(early.length).toBeGreaterThan(100_000);
    const late = Buffer.concat([early, filter.push(Buffer.from('"\n')), filter.end()]).toString();
    expect(late).toBe(`"${'x'.repeat(200_000)}"""\n`);
  });

  it('gives back every table, wherever the chunks are cut', () => {
    const value = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'ab,;"\\\t\n\r\0n é🐘') }),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('', 'NULL', 'x'.repeat(70_000)),
    );
    const table = fc
      .integer({ min: 1, max: 4 })
      .chain((columns) =>
        fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { maxLength: 5 }),
      );
    fc.assert(
      fc.property(
        table,
        fc.constantFrom(',', ';', '|', '\t'),
        fc.infiniteStream(fc.nat(9)),
        (rows, separator, cuts) => {
          const columns = rows[0]?.length ?? 1;
          const header = Array.from({ length: columns }, (_, index) => `c${index}`);
          const csv = inChunks(batch(header, rows), separator, cuts);
          expect(readCsv(csv, separator)).toEqual([header, ...rows]);
        },
      ),
    );
  });
});

function toCsv(text: string): string {
  const filter = mysqlBatchToCsv(',');
  return Buffer.concat([filter.push(Buffer.from(text)), filter.end()]).toString();
}

/** What the client prints. */
function batch(header: string[], rows: string[][]): string {
  const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\0': '\\0' };
  const escaped = (value: string) => value.replaceAll(/[\\\t\n\0]/g, (character) => escapes[character] ?? '');
  return [header, ...rows.map((row) => row.map(escaped))].map((row) => `${row.join('\t')}\n`).join('');
}

function inChunks(text: string, separator: string, cuts: Iterator<number>): string {
  const filter = mysqlBatchToCsv(separator);
  const bytes = Buffer.from(text);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size: number = bytes.length > 60_000 ? 7919 : (cuts.next().value ?? 0);
    parts.push(filter.push(bytes.subarray(at, at + size)));
    at += size;
  }
  return Buffer.concat([...parts, filter.end()]).toString();
}

/** A reader of RFC 4180, written apart from the writer. */
function readCsv(csv: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const field = new RegExp(
    `(?:"((?:[^"]|"")*)"|([^"${separator}\\r\\n]*))(${separator === '|' ? '\\|' : separator}|\\n)`,
    'y',
  );
  while (field.lastIndex < csv.length) {
    const match = field.exec(csv);
    if (!match) throw new Error(`No CSV at ${rows.length}`);
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] !== '\n') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
