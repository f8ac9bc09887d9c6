import type { LocalDetector } from '../detector.ts';
import { fieldWords, infoTypeOfField } from '../field-names.ts';
import { isPersonal } from '../field-value.ts';

const NAME_CHARACTERS_MAX = 48;

/** Pairs of a name and its value, as Rails logs what it binds to a statement: `["first_name", "Ana"]`. */
export const bindValue: LocalDetector = {
  infoTypes: ['PERSON_NAME', 'STREET_ADDRESS', 'PHONE_NUMBER', 'DATE_OF_BIRTH'],
  looksAt: fieldWords,
  find({ text }, at, report) {
    let start = at;
    while (start > at - NAME_CHARACTERS_MAX && isName(text.charCodeAt(start - 1))) start--;
    if (text[start - 1] !== '"' || text[start - 2] !== '[') return undefined;
    let end = at;
    while (end < at + NAME_CHARACTERS_MAX && isName(text.charCodeAt(end))) end++;
    if (!text.startsWith('", "', end)) return undefined;
    const infoType = infoTypeOfField(text.slice(start, end));
    const open = end + 4;
    const close = text.indexOf('"', open);
    if (infoType === undefined || close < 0) return undefined;
    const value = text.slice(open, close);
    if (!value.includes('\n') && isPersonal(infoType, value.slice(0, 256))) report(infoType, open, close);
    return close;
  },
};

/** Letters, digits and `_`. */
function isName(code: number): boolean {
  const lower = code | 32;
  return (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x5f;
}
