import type { LocalDetector } from '../detector.ts';
import { continuesWord, isDigitAt, isWordAt } from '../passage.ts';

/**
 * Brazilian CPF and CNPJ, formatted or as digits alone, by their check digits. A CNPJ may have letters since July 2026:
 * Instrução Normativa RFB 2.229/2024.
 */
export const brazil: LocalDetector = {
  infoTypes: ['BRAZIL_CPF_NUMBER', 'BRAZIL_CNPJ_NUMBER'],
  looksAt: 'numbers',
  find({ text, numbers: { starts, ends } }, at, report) {
    const last = starts[at] ?? 0;
    const end = ends[at] ?? 0;
    const start = startOf(text, last, end);
    if (start === undefined || continuesWord(text, start) || isWordAt(text, end)) return undefined;
    if ('.-'.includes(text[start - 1] ?? ' ') && isDigitAt(text, start - 2)) return undefined;
    const isWhole = /^\.00?(?![\w.])/.test(text.slice(end, end + 4));
    if ('.-'.includes(text[end] ?? ' ') && isDigitAt(text, end + 1) && !isWhole) return undefined;
    const value = text.slice(start, end);
    if (isCpf(value)) report('BRAZIL_CPF_NUMBER', start, end);
    else if (isCnpj(value) && !isTimestamp(value)) report('BRAZIL_CNPJ_NUMBER', start, end);
    return undefined;
  },
};

/** Where a value begins whose last group of digits is from `last` to `end`. */
function startOf(text: string, last: number, end: number): number | undefined {
  const length = end - last;
  if (length === 11 || length === 14) return last;
  if (length !== 2 || !'-/'.includes(text[last - 1] ?? ' ')) return undefined;
  const written = text.slice(Math.max(0, last - 16), end);
  const match =
    /[0-9A-Z]{2}\.?[0-9A-Z]{3}\.?[0-9A-Z]{3}\/[0-9A-Z]{4}-\d{2}$/i.exec(written) ??
    /(?:\d{3}[. ]\d{3}[. ]\d{3}|\d{9})[-/]\d{2}$/.exec(written);
  return match ? end - match[0].length : undefined;
}

export function isCpf(value: string): boolean {
  const digits = value.replaceAll(/[^0-9]/g, '');
  if (digits.length !== 11 || /^(\d)\1+$/.test(digits)) return false;
  return hasCheckDigits(digits, (position, length) => length - position + 1);
}

export function isCnpj(value: string): boolean {
  const characters = value.replaceAll(/[^0-9A-Z]/gi, '').toUpperCase();
  if (characters.length !== 14 || /^(.)\1+$/.test(characters)) return false;
  return hasCheckDigits(characters, (position, length) => ((length - position - 1) % 8) + 2);
}

function hasCheckDigits(value: string, weight: (position: number, length: number) => number): boolean {
  for (const length of [value.length - 2, value.length - 1]) {
    let sum = 0;
    for (let index = 0; index < length; index++)
      sum += (value.charCodeAt(index) - 0x30) * weight(index, length);
    const digit = sum % 11 < 2 ? 0 : 11 - (sum % 11);
    if (value.charCodeAt(length) - 0x30 !== digit) return false;
  }
  return true;
}

/** `20261120093000` is a moment. The head office's branch number, 0001, makes it a company all the same. */
function isTimestamp(value: string): boolean {
  return /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!0001)(?:[01]\d|2[0-3])[0-5]\d[0-5]\d$/.test(
    value,
  );
}
