export type Delimiter = '\t' | '|' | ',' | ';' | '';

/** A cell without the spaces and quotation marks around its value. */
export interface Cell {
  start: number;
  end: number;
}

/**
 * The cells of a row. With commas and semicolons a cell may be in quotation marks, and then hold delimiters and line
 * ends: `isQuoted` says whether the row begins, and whether it ends, inside of one.
 */
export function cellsOf(
  row: string,
  delimiter: Delimiter,
  isQuoted = false,
): { cells: Cell[]; isQuoted: boolean } {
  if (delimiter === '') return { cells: [trimmed(row, 0, row.length)], isQuoted: false };
  const mayQuote = delimiter === ',' || delimiter === ';';
  const cells: Cell[] = [];
  let start = 0;
  let quoted = isQuoted;
  for (;;) {
    if (quoted || (mayQuote && row[start] === '"')) {
      const close = endOfQuotes(row, quoted ? start : start + 1);
      quoted = close < 0;
      if (quoted) break;
      const next = row.indexOf(delimiter, close);
      cells.push(trimmed(row, start, next < 0 ? row.length : next));
      if (next < 0) return { cells, isQuoted: false };
      start = next + 1;
      continue;
    }
    const next = row.indexOf(delimiter, start);
    if (next < 0) break;
    cells.push(trimmed(row, start, next));
    start = next + 1;
  }
  cells.push(trimmed(row, start, row.length));
  return { cells, isQuoted: quoted };
}

/** The closing quotation mark; two in a row are one of the value. */
function endOfQuotes(row: string, from: number): number {
  let at = row.indexOf('"', from);
  while (at >= 0 && row[at + 1] === '"') at = row.indexOf('"', at + 2);
  return at;
}

function trimmed(row: string, from: number, to: number): Cell {
  let [start, end] = [from, to];
  while (start < end && ' "\r'.includes(row[start] ?? '')) start++;
  while (end > start && ' "\r'.includes(row[end - 1] ?? '')) end--;
  return { start, end };
}
