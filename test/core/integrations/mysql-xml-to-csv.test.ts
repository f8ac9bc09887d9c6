import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mysqlXmlToCsv } from '../../../core/integrations/mysql-xml-to-csv.ts';

describe('the CSV of the mysql client', () => {
  it('quotes only what needs it', () => {
    expect(
      toCsv(
        xml(
          ['a', 'b'],
          [
            ['1', 'x,y'],
            ['2', 'say "hi"'],
            ['3', ' two words '],
          ],
        ),
      ),
    ).toBe('a,b\n1,"x,y"\n2,"say ""hi"""\n3, two words \n');
  });

  it('tells NULL from a text of these letters and from an empty text', () => {
    expect(toCsv(xml(['a', 'b', 'c'], [[null, 'NULL', '']]))).toBe('a,b,c\n,NULL,""\n');
  });

  it('writes one table after the other, and nothing for a statement without rows', () => {
    const three = xml(['a'], [['1']]) + xml([], []) + xml(['b'], [['2'], ['3']]);
    expect(toCsv(three)).toBe('a\n1\nb\n2\n3\n');
    expect(toCsv('')).toBe('');
  });

  it('takes nothing of a value or a statement for markup', () => {
    const value = '<field name="evil" /></row> & &lt;';
    expect(toCsv(xml([value], [[value]], `select '${value}'`))).toBe(`${csv(value)}\n${csv(value)}\n`);
  });

  it('keeps what there is of a row when the client ends in the middle of it', () => {
    const whole = xml(['a', 'b'], [['1', 'two']]);
    expect(toCsv(whole.slice(0, whole.indexOf('wo</field>')))).toBe('a,b\n1,t\n');
  });

  it('starts writing a huge field before its end, but for the first row, which waits for its header', () => {
    const filter = mysqlXmlToCsv(',');
    filter.push(Buffer.from(xml(['a'], [['1']]).replace(/<\/resultset>\n$/, '')));
    const early = filter.push(Buffer.from(`<row><field name="a">${'x'.repeat(200_000)}`));
    expect(early.length).toBeGreaterThan(100_000);
    const late = Buffer.concat([early, filter.push(Buffer.from('&quot;</field></row>')), filter.end()]);
    expect(late.toString()).toBe(`"${'x'.repeat(200_000)}"""\n`);
  });

  it('gives back every table, wherever the chunks are cut', () => {
    const value = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'ab,;"<>&\\\t\n\r é🐘') }),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(null, '', 'NULL', '&amp;', 'x'.repeat(70_000)),
    );
    const table = fc
      .integer({ min: 1, max: 4 })
      .chain((columns) =>
        fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 5 }),
      );
    fc.assert(
      fc.property(
        table,
        fc.constantFrom(',', ';', '|', '\t'),
        fc.infiniteStream(fc.nat(9)),
        (rows, separator, cuts) => {
          const header = rows[0]?.map((_, index) => `<c"${index}`) ?? [];
          const written = inChunks(xml(header, rows), separator, cuts);
          expect(readCsv(written, separator)).toEqual([header, ...rows]);
        },
      ),
    );
  });
});

function toCsv(text: string): string {
  const filter = mysqlXmlToCsv(',');
  return Buffer.concat([filter.push(Buffer.from(text)), filter.end()]).toString();
}

function csv(value: string): string {
  return `"${value.replaceAll('"', '""')}"`;
}

/** What the client prints. */
function xml(header: string[], rows: (string | null)[][], statement = 'select 1'): string {
  const escaped = (text: string) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
  const field = (value: string | null, at: number) => {
    const name = escaped(header[at] ?? '');
    return value === null
      ? `\t<field name="${name}" xsi:nil="true" />\n`
      : `\t<field name="${name}">${escaped(value)}</field>\n`;
  };
  const body = rows.map((row) => `\n  <row>\n${row.map(field).join('')}  </row>\n`).join('');
  return `<?xml version="1.0"?>\n\n<resultset statement="${escaped(statement)}">${body}</resultset>\n`;
}

function inChunks(text: string, separator: string, cuts: Iterator<number>): string {
  const filter = mysqlXmlToCsv(separator);
  const bytes = Buffer.from(text);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size: number = bytes.length > 60_000 ? 7919 : (cuts.next().value ?? 0);
    parts.push(filter.push(bytes.subarray(at, at + size)));
    at += size;
  }
  return Buffer.concat([...parts, filter.end()]).toString();
}

/** A reader of RFC 4180 that takes an empty field without quotes for NULL, written apart from the writer. */
function readCsv(text: string, separator: string): (string | null)[][] {
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  const field = new RegExp(
    `(?:"((?:[^"]|"")*)"|([^"${separator}\\r\\n]*))(${separator === '|' ? '\\|' : separator}|\\n)`,
    'y',
  );
  while (field.lastIndex < text.length) {
    const match = field.exec(text);
    if (!match) throw new Error(`No CSV at ${rows.length}`);
    row.push(match[1]?.replaceAll('""', '"') ?? (match[2] || null));
    if (match[3] !== '\n') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
