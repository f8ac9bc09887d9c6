import type { LocalDetector } from '../detector.ts';
import { continuesWord, isWordAt } from '../passage.ts';

/** Vehicle identification numbers (ISO 3779) by the check digit that North America and China prescribe. */
export const vin: LocalDetector = {
  infoTypes: ['VEHICLE_IDENTIFICATION_NUMBER'],
  looksAt: 'numbers',
  find({ text, numbers: { starts, ends } }, at, report) {
    // The last three characters are always digits.
    const end = ends[at] ?? 0;
    const start = end - 17;
    if (start < 0 || end - (starts[at] ?? 0) < 3 || isWordAt(text, end) || !isWordAt(text, start))
      return undefined;
    const value = text.slice(start, end);
    if (!/^[A-HJ-NPR-Z0-9]{17}$/.test(value) || !/[A-Z]/.test(value)) return undefined;
    if (hasCheckDigit(value) && !continuesWord(text, start))
      report('VEHICLE_IDENTIFICATION_NUMBER', start, end);
    return undefined;
  },
};

const LETTERS = 'ABCDEFGHJKLMNPRSTUVWXYZ';
const VALUES = '12345678123457923456789';
const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

function hasCheckDigit(value: string): boolean {
  let sum = 0;
  for (const [index, weight] of WEIGHTS.entries()) {
    const character = value[index] ?? '0';
    const letter = LETTERS.indexOf(character);
    sum += weight * Number(letter < 0 ? character : VALUES[letter]);
  }
  return value[8] === (sum % 11 === 10 ? 'X' : String(sum % 11));
}
