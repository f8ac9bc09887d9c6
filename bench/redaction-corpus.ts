import { readdirSync, readFileSync } from 'node:fs';
import { type Finding, unionOf } from '../core/redaction/finding.ts';
import { lineCutter } from '../core/redaction/lines.ts';
import { localDetectors } from '../core/redaction/local-detectors.ts';
import { localFinder } from '../core/redaction/local-finder.ts';

const directory = new URL('../test/fixtures/redaction/', import.meta.url);
const makeFinder = localFinder(localDetectors);

export interface Quality {
  infoType: string;
  /** Values in the corpus; how many of them were covered to the last character, under their own name. */
  values: number;
  recalled: number;
  /** Findings with this name; how many of them were such a value and not more. */
  findings: number;
  right: number;
  /** What went wrong, for whoever tunes a detector. */
  missed: string[];
  wrong: string[];
}

/** How far beyond a value its finding may reach: a label or a quotation mark, not a neighbour. */
const OVERREACH_CHARACTERS = 8;

/** Recall and precision per info type over the corpus, whose values are marked: `⟦TYPE:value⟧`. */
export function measureQuality(): Quality[] {
  const byType = new Map<string, Quality>();
  const of = (infoType: string) => {
    const known = byType.get(infoType) ?? {
      infoType,
      values: 0,
      recalled: 0,
      findings: 0,
      right: 0,
      missed: [],
      wrong: [],
    };
    byType.set(infoType, known);
    return known;
  };
  for (const name of readdirSync(directory).toSorted()) {
    const { text, values } = withoutMarkers(readFileSync(new URL(name, directory), 'utf8'));
    const found = findAll(text);
    for (const value of values) {
      const quality = of(value.infoType);
      quality.values++;
      if (
        found.some(
          (one) => one.infoType === value.infoType && one.start <= value.start && one.end >= value.end,
        )
      )
        quality.recalled++;
      else quality.missed.push(`${name}: ${text.slice(value.start, value.end)}`);
    }
    for (const finding of found) {
      const quality = of(finding.infoType);
      quality.findings++;
      if (values.some((value) => isRight(finding, value))) quality.right++;
      else quality.wrong.push(`${name}: ${text.slice(finding.start, finding.end)}`);
    }
  }
  return [...byType.values()].toSorted((a, b) => a.infoType.localeCompare(b.infoType));
}

function isRight(finding: Finding, value: Finding): boolean {
  const common = Math.min(finding.end, value.end) - Math.max(finding.start, value.start);
  return (
    finding.infoType === value.infoType &&
    common > 0 &&
    finding.end - finding.start - common <= OVERREACH_CHARACTERS
  );
}

export function withoutMarkers(marked: string): { text: string; values: Finding[] } {
  const values: Finding[] = [];
  let text = '';
  let at = 0;
  for (const match of marked.matchAll(/⟦([A-Z_]+):([^⟧]*)⟧/g)) {
    const [whole, infoType = '', value = ''] = match;
    text += marked.slice(at, match.index);
    values.push({ start: text.length, end: text.length + value.length, infoType });
    text += value;
    at = match.index + whole.length;
  }
  return { text: text + marked.slice(at), values };
}

function findAll(text: string): Finding[] {
  const find = makeFinder();
  const found: Finding[] = [];
  let offset = 0;
  const lines = lineCutter((piece) => {
    const result = find(piece);
    for (const { start, end, ...rest } of result.found) {
      if (end > piece.from && start < result.to) {
        found.push({ ...rest, start: start - piece.from + offset, end: end - piece.from + offset });
      }
    }
    offset += result.to - piece.from;
    return result.to;
  });
  lines.push(text);
  lines.end();
  return joinContinued(unionOf(found));
}

/** A block over many lines is one value. */
function joinContinued(found: readonly Finding[]): Finding[] {
  const joined: Finding[] = [];
  for (const finding of found) {
    const last = joined.at(-1);
    if (finding.continued && last) last.end = finding.end;
    else joined.push({ ...finding });
  }
  return joined;
}
