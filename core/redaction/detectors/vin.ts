import type { LocalDetector } from '../detector.ts';

/** Vehicle identification numbers (ISO 3779) by the check digit that North America and China prescribe. */
export const vin: LocalDetector = {
  infoTypes: ['VEHICLE_IDENTIFICATION_NUMBER'],
  looksAt: 'codes',
  find({ text, codes: { starts, ends } }, at, report) {
    const [start, end] = [starts[at] ?? 0, ends[at] ?? 0];
    if (end - start !== 17) return undefined;
    const value = text.slice(start, end);
    // The last three characters are always digits.
    if (/^[A-HJ-NPR-Z0-9]{14}\d{3}$/.test(value) && hasCheckDigit(value)) {
      report('VEHICLE_IDENTIFICATION_NUMBER', start, end);
    }
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
