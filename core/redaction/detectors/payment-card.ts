import type { LocalDetector } from '../detector.ts';
import { continuesWord, isDigitAt, isWordAt, type Passage } from '../passage.ts';

/** Payment cards by their network's prefix and length and the Luhn digit, and the data of their magnetic tracks. */
export const paymentCard: LocalDetector = {
  infoTypes: ['CREDIT_CARD_NUMBER', 'CREDIT_CARD_TRACK_NUMBER'],
  looksAt: 'numbers',
  find(passage, at, report) {
    const { text } = passage;
    const start = passage.numbers.starts[at] ?? 0;
    for (const end of endsOfCard(passage, at)) {
      // The check digit first: it costs least, and nine numbers in ten fail it.
      if (!hasCheckDigit(text, start, end) || isPartOfNumber(text, start, end)) continue;
      if (!isCard(text.slice(start, end).replaceAll(/[^0-9]/g, ''))) continue;
      const track = trackAround(text, start, end);
      if (track) report('CREDIT_CARD_TRACK_NUMBER', track.start, track.end);
      else report('CREDIT_CARD_NUMBER', start, end);
      break;
    }
    return undefined;
  },
};

const GROUPINGS = [
  [4, 4, 4, 4, 3],
  [4, 4, 4, 4],
  [4, 6, 5],
  [4, 6, 4],
];

/** Behind the digits in a row, or behind groups as cards print them with one and the same mark between them. */
function endsOfCard(passage: Passage, at: number): number[] {
  const { text, numbers } = passage;
  const { starts, ends } = numbers;
  const first = (ends[at] ?? 0) - (starts[at] ?? 0);
  if (first >= 12 && first <= 19) return [ends[at] ?? 0];
  if (first !== 4) return [];
  const mark = text[ends[at] ?? 0] ?? '\n';
  if (!' -.'.includes(mark)) return [];
  const found: number[] = [];
  for (const grouping of GROUPINGS) {
    const last = at + grouping.length - 1;
    if (isGrouped(passage, at, grouping, mark)) found.push(ends[last] ?? 0);
  }
  return found;
}

function isGrouped(
  { text, numbers }: Passage,
  at: number,
  grouping: readonly number[],
  mark: string,
): boolean {
  const { starts, ends } = numbers;
  for (let index = 1; index < grouping.length; index++) {
    const start = starts[at + index] ?? 0;
    if ((ends[at + index] ?? 0) - start !== grouping[index]) return false;
    if (start - (ends[at + index - 1] ?? 0) !== 1 || text[start - 1] !== mark) return false;
  }
  return true;
}

/** Longer numbers, decimals, hashes and the last part of a UUID are no cards. */
function isPartOfNumber(text: string, start: number, end: number): boolean {
  if (continuesWord(text, start) || isWordAt(text, end)) return true;
  if (text[start - 1] === '.' && isDigitAt(text, start - 2)) return true;
  // A spreadsheet or a data frame may write a whole number as 4111111111111111.0.
  if (text[end] === '.' && isDigitAt(text, end + 1) && !/^\.00?(?![\w.])/.test(text.slice(end, end + 4)))
    return true;
  return (
    text[start - 1] === '-' && /[0-9a-f]{4}-[0-9a-f]{4}-$/i.test(text.slice(Math.max(0, start - 10), start))
  );
}

/** Prefixes and lengths of the networks: https://en.wikipedia.org/wiki/Payment_card_number */
const NETWORKS: readonly (readonly [prefix: RegExp, lengths: readonly number[]])[] = [
  [/^4/, [13, 16, 19]],
  [/^5[1-5]|^2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)/, [16]],
  [/^3[47]/, [15]],
  [/^3(?:0[0-5]|095|6|8|9)/, [14, 16]],
  [/^35(?:2[89]|[3-8])/, [16, 17, 18, 19]],
  [/^6(?:011|4[4-9]|5)/, [16, 19]],
  [/^62/, [16, 17, 18, 19]],
  [/^(?:50|5[6-8]|6[0137])/, [12, 13, 14, 15, 16, 17, 18, 19]],
  [/^(?:606282|3841|2200|2201|2202|2203|2204|9792|8[16])/, [16, 19]],
];

export function isCard(digits: string): boolean {
  if (!NETWORKS.some(([prefix, lengths]) => lengths.includes(digits.length) && prefix.test(digits)))
    return false;
  return hasCheckDigit(digits, 0, digits.length) && !/^(\d)\1+$/.test(digits);
}

/** Luhn's, over the digits between two positions: https://en.wikipedia.org/wiki/Luhn_algorithm */
function hasCheckDigit(text: string, start: number, end: number): boolean {
  let sum = 0;
  let isDoubled = false;
  for (let at = end - 1; at >= start; at--) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) continue;
    const value = isDoubled ? 2 * digit : digit;
    sum += value > 9 ? value - 9 : value;
    isDoubled = !isDoubled;
  }
  return sum % 10 === 0;
}

/** Track 1 is `%B<card>^<name>^<data>?`, track 2 is `;<card>=<data>?`: ISO/IEC 7813. */
function trackAround(text: string, start: number, end: number): { start: number; end: number } | undefined {
  const rest = text.slice(end, end + 80);
  const match =
    text[end] === '^' ? /^\^[^^\n]{2,26}\^\d{7}[^?\n"]{0,40}\??/.exec(rest) : /^[=D]\d{7,22}\??/.exec(rest);
  if (!match) return undefined;
  const sentinel = /(?:%?B|;)$/i.exec(text.slice(Math.max(0, start - 2), start))?.[0].length ?? 0;
  return { start: start - sentinel, end: end + match[0].length };
}
