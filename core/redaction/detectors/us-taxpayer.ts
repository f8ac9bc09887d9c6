import type { LocalDetector } from '../detector.ts';
import { continuesWord, isDigitAt, isWordAt } from '../passage.ts';

/**
 * US Social Security numbers and Individual Taxpayer Identification Numbers as they are written: `123-45-6789`. With
 * other marks or none they look like any number: then only their context tells (`context.ts`, `field-names.ts`).
 */
export const usTaxpayer: LocalDetector = {
  infoTypes: ['US_SOCIAL_SECURITY_NUMBER', 'US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER'],
  looksAt: 'numbers',
  find({ text, numbers: { starts, ends } }, at, report) {
    const start = starts[at] ?? 0;
    const end = start + 11;
    if (ends[at] !== start + 3 || text[start + 3] !== '-' || text[start + 6] !== '-') return undefined;
    if (starts[at + 1] !== start + 4 || ends[at + 1] !== start + 6) return undefined;
    if (starts[at + 2] !== start + 7 || ends[at + 2] !== end) return undefined;
    if (continuesWord(text, start) || isWordAt(text, end)) return undefined;
    if (text[end] === '-' && isWordAt(text, end + 1)) return undefined;
    if ('-.'.includes(text[start - 1] ?? ' ') && isDigitAt(text, start - 2)) return undefined;
    const infoType = usTaxpayerType(text.slice(start, end));
    if (infoType) report(infoType, start, end);
    return undefined;
  },
};

/** Numbers never issued: https://www.ssa.gov/employer/randomization.html and, for 9xx, IRS publication 1915. */
export function usTaxpayerType(value: string): string | undefined {
  const digits = value.replaceAll(/[^0-9]/g, '');
  const [area, group] = [Number(digits.slice(0, 3)), Number(digits.slice(3, 5))];
  if (digits.length !== 9 || area === 0 || area === 666 || digits.endsWith('0000')) return undefined;
  if (area < 900) return group === 0 ? undefined : 'US_SOCIAL_SECURITY_NUMBER';
  const isIssued =
    (group >= 50 && group <= 65) || (group >= 70 && group <= 99 && group !== 89 && group !== 93);
  return isIssued ? 'US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER' : undefined;
}
