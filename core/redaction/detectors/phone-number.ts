import type { LocalDetector } from '../detector.ts';
import { continuesWord, isDigitAt, isWordAt, type Passage } from '../passage.ts';

/**
 * Phone numbers that look like ones: international with `+`, and the national notations of North America, Brazil and
 * of countries that dial a zero first. Digits alone are phone numbers only where the context says so (`context.ts`).
 */
export const phoneNumber: LocalDetector = {
  infoTypes: ['PHONE_NUMBER'],
  looksAt: 'numbers',
  find(passage, at, report) {
    const { text, numbers } = passage;
    const first = numbers.starts[at] ?? 0;
    const before = text[first - 1];
    if (before === '+' || (before === '(' && text[first - 2] === '+')) {
      const start = before === '+' ? first - 1 : first - 2;
      const end = endOfInternational(passage, at);
      if (end !== undefined && !continuesWord(text, start)) report('PHONE_NUMBER', start, end);
      return undefined;
    }
    const groups = nationalGroups(passage, at);
    if (groups === 0) return undefined;
    const end = numbers.ends[at + groups - 1] ?? 0;
    const isBracketed = before === '(' && text[numbers.ends[at] ?? 0] === ')';
    const start = isBracketed ? first - 1 : first;
    if (isPartOfNumber(text, first, end)) return undefined;
    report('PHONE_NUMBER', start, end);
    return at + groups;
  },
};

function isPartOfNumber(text: string, start: number, end: number): boolean {
  if (continuesWord(text, start) || isWordAt(text, end)) return true;
  if ('.-/'.includes(text[start - 1] ?? ' ') && isDigitAt(text, start - 2)) return true;
  return '.-/'.includes(text[end] ?? ' ') && isDigitAt(text, end + 1);
}

/** Digits that may follow the country's code; most countries have twelve at most. */
const NATIONAL_DIGITS = new Map([
  ['1', 10],
  ['7', 10],
  ['20', 10],
  ['27', 9],
  ['30', 10],
  ['31', 9],
  ['32', 9],
  ['33', 9],
  ['34', 9],
  ['41', 9],
  ['44', 10],
  ['45', 8],
  ['46', 9],
  ['47', 8],
  ['48', 9],
  ['51', 9],
  ['52', 11],
  ['54', 11],
  ['55', 11],
  ['56', 9],
  ['57', 10],
  ['61', 9],
  ['64', 10],
  ['65', 8],
  ['81', 10],
  ['82', 10],
  ['91', 10],
  ['351', 9],
  ['353', 9],
]);

/** E.164: seven digits at least, and no more than the country has. */
function endOfInternational({ text, numbers: { starts, ends } }: Passage, at: number): number | undefined {
  const digits = text.slice(starts[at], Math.min(ends[at] ?? 0, (starts[at] ?? 0) + 16));
  if (digits.startsWith('0')) return undefined;
  const code = [1, 2, 3]
    .map((length) => digits.slice(0, length))
    .find((prefix) => NATIONAL_DIGITS.has(prefix));
  const digitsMax = code === undefined ? 15 : code.length + (NATIONAL_DIGITS.get(code) ?? 12);
  let count = digits.length;
  let index = at;
  while (isJoined(text, ends[index] ?? 0, starts[index + 1])) {
    const length = (ends[index + 1] ?? 0) - (starts[index + 1] ?? 0);
    if (count + length > digitsMax) break;
    count += length;
    index++;
  }
  // Not into a decimal or an address that follows.
  while (index > at && text[ends[index] ?? 0] === '.' && isDigitAt(text, (ends[index] ?? 0) + 1)) {
    count -= (ends[index] ?? 0) - (starts[index] ?? 0);
    index--;
  }
  const end = ends[index] ?? 0;
  return count < 8 || count > 15 || isWordAt(text, end) ? undefined : end;
}

/** One or two of the marks that stand between the parts of a phone number. */
function isJoined(text: string, end: number, next: number | undefined): boolean {
  if (next === undefined || next - end < 1 || next - end > 3) return false;
  return /^(?:[ .\-/]|\)|\) |\)-| \(|\(|-\(| - )$/.test(text.slice(end, next));
}

/** How many groups from `at` on are a phone number of some country's notation; 0 when they are not. */
function nationalGroups({ text, numbers: { starts, ends } }: Passage, at: number): number {
  const first = starts[at] ?? 0;
  const length = (ends[at] ?? 0) - first;
  if (length > 5 || (starts[at + 1] ?? Number.POSITIVE_INFINITY) - (ends[at] ?? 0) > 2) return 0;
  const isZero = text.charCodeAt(first) === 0x30;
  const isBracketed = text[first - 1] === '(' && text[first + length] === ')';
  if (!isZero && !isBracketed && length > 3) return 0;
  const written = text.slice(first, first + 24);
  const pattern = isBracketed ? BRACKETED : isZero ? TRUNK : PLAIN;
  const match = pattern.exec(written)?.[0];
  return match === undefined ? 0 : match.split(/[^0-9]+/).length;
}

/** A letter may not follow: then the last digits are no group of `numbers`. */
const BRACKETED =
  /^(?:[2-9]\d\d\)[ -]?[2-9]\d\d[-. ]\d{4}|[1-9]\d\) ?9?\d{4}[-. ]\d{4}|0\d{1,4}\) ?\d{3,4}[- ]?\d{3,4})(?![0-9A-Z])/i;
const TRUNK = new RegExp(
  [
    String.raw`^(?:0[1-9]([ .-])\d\d\1\d\d\1\d\d\1\d\d|0[1-9]\d[ -]\d{4}[ -]\d{4}|0[1-9]\d{2}[ -]\d{3}[ -]\d{4}`,
    String.raw`|04\d\d[ -]\d{3}[ -]\d{3}|00[1-9]\d{0,2}[ -](?=(?:\d[ -]?){7,12}(?!\d))\d{1,5}(?:[ -]\d{2,9}){1,4}`,
    String.raw`|0[1-9]\d{3}[ -]\d{3}[ -]?\d{3}|0[1-9]\d[ /]\d{6,8}|0[67][ -]\d{8})(?![0-9A-Za-z])`,
  ].join(''),
);
const PLAIN =
  /^(?:(?:1[-. ])?[2-9]\d\d([-.])[2-9]\d\d\1\d{4}|[1-9]\d 9\d{4}[- ]\d{4}|[1-9]\d [2-5]\d{3}-\d{4})(?![0-9A-Z])/i;
