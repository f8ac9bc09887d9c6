import { fieldWords, infoTypeOfField } from './field-names.ts';
import { isPersonal } from './field-value.ts';
import type { Finding, InfoType } from './finding.ts';
import type { Tracker } from './local-finder.ts';
import { type Cell, cellsOf } from './table-cells.ts';
import { type Heading, headingOf } from './table-heading.ts';

/** Words that the heading of a personal column may begin with: where the tracker wakes up. */
export const tableWords: readonly string[] = [...fieldWords, 'RECORD'];

interface Table {
  /** `expanded` is psql's `\x`: each line has a name, `|` and the value. */
  heading: Heading | 'expanded';
  /** Lines in a row that did not fit. */
  misfits: number;
  /** A row that goes on: cells so far, less the one that is open, and whether that one is in quotation marks. */
  open?: { cells: number; isQuoted: boolean; lines: number } | undefined;
}

const MISFITS_MAX = 2;
const QUOTED_LINES_MAX = 1000;

/**
 * Remembers which columns of a table are personal: psql (aligned, unaligned, expanded), mysql (boxes and batch), CSV
 * with a heading, and what `COPY` writes. A table ends at an empty line, at `(12 rows)`, at `\.`, or when lines have
 * fewer cells than its heading.
 */
export function tableTracker(): Tracker {
  let table: Table | undefined;

  const trackLine = (line: string, at: number, hasHint: boolean, endsLine: boolean): Finding[] => {
    const heading = hasHint && endsLine && !table?.open ? newHeading(line, table) : undefined;
    if (heading) table = { heading, misfits: 0 };
    if (heading || !table) return [];
    if (!table.open && isEnd(line)) table = undefined;
    if (!table || (!table.open && isRule(line))) return [];
    const { found, next } =
      table.heading === 'expanded' ? expandedRow(table, line) : row(table, table.heading, line, endsLine);
    table = next;
    return found.map(({ start, end, infoType }) => ({ start: at + start, end: at + end, infoType }));
  };

  return {
    track({ text, from, to, endsLine }, hints) {
      const found: Finding[] = [];
      let hint = 0;
      for (let at = from; at < to; ) {
        while (hint < hints.length && (hints[hint] ?? 0) < at) hint++;
        const next = hints[hint] ?? text.length;
        if (!table && next >= to) break;
        if (!table) at = Math.max(at, text.lastIndexOf('\n', next) + 1);
        const newline = text.indexOf('\n', at);
        const end = newline < 0 || newline >= to ? to : newline;
        const isWhole = end < to || endsLine;
        found.push(...trackLine(text.slice(at, end), at, next < end, isWhole));
        at = end + 1;
      }
      return found;
    },
  };
}

/** A heading in the middle of a table is one only where the personal columns hold names of columns, not values. */
function newHeading(line: string, table: Table | undefined): Table['heading'] | undefined {
  if (line.startsWith('-[ RECORD ')) return 'expanded';
  if (table?.heading === 'expanded') return undefined;
  const heading = headingOf(line.trimEnd());
  if (!heading || !table) return heading;
  const { columns, delimiter } = table.heading;
  if (delimiter !== heading.delimiter || columns.length !== heading.columns.length) return heading;
  const isRepeated = columns.every(
    (infoType, index) => infoType === undefined || heading.columns[index] !== undefined,
  );
  return isRepeated ? heading : undefined;
}

function isEnd(line: string): boolean {
  return (
    line.trim() === '' ||
    line === '\\.' ||
    /^\(\d+ (?:rows?|linhas?)\)/.test(line) ||
    /^\d+ rows? in set/.test(line)
  );
}

/** The line between the heading and the rows, and around boxes. */
function isRule(line: string): boolean {
  return (line.startsWith('-') || line.startsWith('+') || line.startsWith('|-')) && /^[-+|: \r]+$/.test(line);
}

function expandedRow(table: Table, line: string): { found: Finding[]; next: Table | undefined } {
  const bar = line.indexOf('|');
  if (bar < 0)
    return {
      found: [],
      next: table.misfits < MISFITS_MAX ? { ...table, misfits: table.misfits + 1 } : undefined,
    };
  const infoType = infoTypeOfField(line.slice(0, bar));
  const cell = { start: line[bar + 1] === ' ' ? bar + 2 : bar + 1, end: line.trimEnd().length };
  return { found: personalCell(line, cell, infoType), next: { ...table, misfits: 0 } };
}

function row(
  table: Table,
  { columns, delimiter }: Heading,
  line: string,
  endsLine: boolean,
): { found: Finding[]; next: Table | undefined } {
  const { open } = table;
  const { cells, isQuoted } = cellsOf(line, delimiter, open?.isQuoted);
  const before = open?.cells ?? 0;
  const count = before + cells.length;
  const lines = (open?.lines ?? 0) + 1;
  const goesOn = !endsLine || (isQuoted && lines < QUOTED_LINES_MAX);
  const fits = count >= columns.length || goesOn;
  if (!fits && !open) {
    return {
      found: [],
      next: table.misfits < MISFITS_MAX ? { ...table, misfits: table.misfits + 1 } : undefined,
    };
  }
  // A value may hold the delimiter: then nobody knows which cells are whose, and all that may be are removed.
  const extra = goesOn ? 0 : Math.max(0, count - columns.length);
  const found = columns.flatMap((infoType, index) => {
    const [first, last] = [cells[Math.max(0, index - before)], cells[index - before + extra]];
    return first && last && index - before + extra >= 0
      ? personalCell(line, { start: first.start, end: last.end }, infoType)
      : [];
  });
  const next = goesOn ? { cells: count - 1, isQuoted, lines: endsLine ? lines : lines - 1 } : undefined;
  return { found, next: { heading: table.heading, misfits: 0, open: next } };
}

function personalCell(line: string, { start, end }: Cell, infoType: InfoType | undefined): Finding[] {
  if (infoType === undefined || end <= start) return [];
  return isPersonal(infoType, line.slice(start, Math.min(end, start + 256)))
    ? [{ start, end, infoType }]
    : [];
}
