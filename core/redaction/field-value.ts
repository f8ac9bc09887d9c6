import type { InfoType } from './finding.ts';
import { isDigitAt } from './passage.ts';

/** Whether `value` can be what its field's name promises; a mere flag, a blank or a mask says nothing about anybody. */
export function isPersonal(infoType: InfoType, value: string): boolean {
  if (isEmpty(value) || PLACEHOLDER.test(value)) return false;
  let missing = NEEDS_DIGITS.get(infoType) ?? 0;
  for (let at = 0; missing > 0 && at < value.length; at++) if (isDigitAt(value, at)) missing--;
  return missing === 0;
}

/** Whether it is a number of some kind, rather than words. */
export function needsDigits(infoType: InfoType): boolean {
  return NEEDS_DIGITS.has(infoType);
}

/** Quotation marks, brackets and the like around a value, or in its place. */
const AROUND = ' \t\r\n"\'`\\[](){}<>*-';

/** Nothing at all, or a word that says so. */
function isEmpty(value: string): boolean {
  let start = 0;
  let end = value.length;
  while (start < end && AROUND.includes(value[start] ?? '')) start++;
  while (end > start && AROUND.includes(value[end - 1] ?? '')) end--;
  return end - start <= 9 && EMPTY.has(value.slice(start, end).toLowerCase());
}

const EMPTY = new Set(
  [
    '',
    'null',
    'nil',
    'none',
    'undefined',
    'true',
    'false',
    'yes',
    'no',
    'n/a',
    'n',
    'unknown',
    'redacted',
    'filtered',
  ].concat(['masked', 'empty']),
);

/** What a statement has in place of a value: `$1`, `?`, `%s`, `:email`. */
const PLACEHOLDER = /^(?:\$\d{1,3}|\?|%s|:[a-z_]{1,40})(?![\w$])/;

/** How many digits it has at least. */
const NEEDS_DIGITS = new Map<InfoType, number>([
  ['PHONE_NUMBER', 6],
  ['DATE_OF_BIRTH', 3],
  ['US_SOCIAL_SECURITY_NUMBER', 4],
  ['US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER', 4],
  ['BRAZIL_CPF_NUMBER', 6],
  ['BRAZIL_CNPJ_NUMBER', 8],
  ['PASSPORT', 4],
  ['DRIVERS_LICENSE_NUMBER', 4],
  ['VEHICLE_IDENTIFICATION_NUMBER', 4],
  ['CREDIT_CARD_NUMBER', 8],
  ['CVV_NUMBER', 3],
  ['IBAN_CODE', 4],
]);
