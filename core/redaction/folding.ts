import type { Finding } from './finding.ts';

/**
 * What `find` finds in the lines that write their characters in a roundabout way, once these are written plainly:
 * full-width digits, dashes and spaces of typographers, escapes of JSON, URLs and HTML. What nobody sees is left out:
 * colours within a word, zero-width characters, the NULs of UTF-16. Positions are those of `text`.
 */
export function findInFolded(text: string, find: (text: string) => readonly Finding[]): Finding[] {
  const folded = fold(text);
  return folded === undefined
    ? []
    : find(folded.text).map(({ start, end, infoType }) => ({
        ...folded.original(start, end),
        infoType,
      }));
}

/** A piece of the folded text that begins `at`, and where it was. Each unit of it was `width` units. */
interface Segment {
  at: number;
  from: number;
  width: number;
}

interface Folded {
  text: string;
  /** From a place in the folded text to the place in the original. */
  original(start: number, end: number): { start: number; end: number };
}

function fold(text: string): Folded | undefined {
  const segments: Segment[] = [];
  let folded = '';
  let copied = 0;
  let lineEnd = -1;
  const put = (plain: string, from: number, width: number) => {
    if (plain !== '') segments.push({ at: folded.length, from, width });
    folded += plain;
  };
  for (const { 0: written, index } of text.matchAll(UNUSUAL)) {
    if (index > lineEnd) {
      put(text.slice(copied, lineEnd + 1), copied, 1);
      copied = text.lastIndexOf('\n', index) + 1;
      const newline = text.indexOf('\n', index);
      lineEnd = newline < 0 ? text.length : newline;
    }
    put(text.slice(copied, index), copied, 1);
    put(plainly(written), index, written.length);
    copied = index + written.length;
  }
  if (lineEnd < 0) return undefined;
  put(text.slice(copied, lineEnd + 1), copied, 1);
  return { text: folded, original: (start, end) => originalOf(segments, start, end) };
}

function originalOf(segments: readonly Segment[], start: number, end: number) {
  const [first, last] = [segmentAt(segments, start), segmentAt(segments, end - 1)];
  return { start: first.from + start - first.at, end: last.from + end - 1 - last.at + last.width };
}

/** The last segment that does not begin behind `at`. */
function segmentAt(segments: readonly Segment[], at: number): Segment {
  let [low, high] = [0, segments.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((segments[middle]?.at ?? 0) <= at) low = middle;
    else high = middle;
  }
  return segments[low] ?? { at: 0, from: 0, width: 1 };
}

const COLOUR = String.raw`\x1b\[[0-9;]{0,16}[A-Za-z]`;
const INVISIBLE = String.raw`[\0\u00ad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]`;
const SPACES = String.raw`\u00a0\u2000-\u200a\u202f\u205f\u3000`;
const DASHES = String.raw`\u2010-\u2015\u2212\ufe58\ufe63`;
/** Of right-to-left scripts and India; each list of ten begins at a multiple of sixteen, or six behind one. */
const DIGITS = String.raw`\u0660-\u0669\u06f0-\u06f9\u0966-\u096f`;
const FULL_WIDTH = String.raw`\uff01-\uff5e\u3002\uff61`;
const ESCAPES = String.raw`\\u[0-9A-Fa-f]{4}|%[2-7][0-9A-Fa-f]|&#(?:\d{2,5}|[xX][0-9A-Fa-f]{2,4});|&(?:nbsp|commat);`;

const UNUSUAL = new RegExp(
  `${COLOUR}|${INVISIBLE}|[${SPACES}${DASHES}${DIGITS}${FULL_WIDTH}]|${ESCAPES}`,
  'g',
);

/** One character, or nothing for what nobody sees. Line breaks become spaces: a value does not leave its line. */
function plainly(written: string): string {
  const character = written.length === 1 ? written : unescaped(written);
  const code = character.charCodeAt(0);
  if (code === 0x3002 || code === 0xff61) return '.';
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0);
  if (IS_DIGIT.test(character)) return String((code - (code >= 0x966 && code <= 0x96f ? 6 : 0)) & 15);
  if (IS_DASH.test(character)) return '-';
  if (IS_SPACE.test(character)) return ' ';
  return IS_INVISIBLE.test(character) ? '' : character;
}

const IS_DIGIT = new RegExp(`[${DIGITS}]`);
const IS_DASH = new RegExp(`[${DASHES}]`);
const IS_SPACE = new RegExp(`[${SPACES}\n\r\t]`);
const IS_INVISIBLE = new RegExp(INVISIBLE);

function unescaped(written: string): string {
  if (written.startsWith('\x1b')) return '\0';
  if (written === '&nbsp;') return ' ';
  if (written === '&commat;') return '@';
  const isDecimal = /^&#\d/.test(written);
  return String.fromCharCode(Number.parseInt(written.replace(/^(?:\\u|%|&#[xX]?)/, ''), isDecimal ? 10 : 16));
}
