import type { LocalDetector } from '../detector.ts';
import { fieldWords, infoTypeOfField } from '../field-names.ts';
import { isPersonal } from '../field-value.ts';

const NAME_CHARACTERS_MAX = 48;
const VALUE_CHARACTERS_MAX = 4096;

/** Elements of XML and SOAP: `<firstName>Ana</firstName>`, `<ns:Password Type="text">…`. */
export const element: LocalDetector = {
  infoTypes: ['PERSON_NAME', 'STREET_ADDRESS', 'PASSWORD', 'PHONE_NUMBER', 'DATE_OF_BIRTH'],
  looksAt: fieldWords,
  find({ text }, at, report) {
    const start = startOfName(text, at);
    // The other words of this part of the name begin in the same place.
    if (text[start - 1] !== '<') return endOfPart(text, at);
    let end = at;
    while (end < at + NAME_CHARACTERS_MAX && isName(text.charCodeAt(end))) end++;
    const infoType = infoTypeOfField(text.slice(text.slice(start, end).lastIndexOf(':') + 1 + start, end));
    const open = ATTRIBUTES.exec(text.slice(end, end + 256))?.[0].length;
    if (infoType === undefined || open === undefined) return undefined;
    const from = end + open;
    const length = text.slice(from, from + VALUE_CHARACTERS_MAX).search(/[<\n]/);
    const to = length < 0 ? Math.min(from + VALUE_CHARACTERS_MAX, text.length) : from + length;
    if (to > from && isPersonal(infoType, text.slice(from, Math.min(to, from + 256))))
      report(infoType, from, to);
    return to;
  },
};

const ATTRIBUTES = /^(?:[ \t][^<>\n]*)?(?<!\/)>(?:<!\[CDATA\[)?/;

/** Back to the beginning of the name, in which one colon at most ends a namespace. */
function startOfName(text: string, at: number): number {
  let start = at;
  for (let colons = 0; start > at - NAME_CHARACTERS_MAX; start--) {
    const code = text.charCodeAt(start - 1);
    if (!isName(code) || (code === COLON && ++colons > 1)) break;
  }
  return start;
}

function endOfPart(text: string, at: number): number {
  let end = at;
  while (isName(text.charCodeAt(end)) && text.charCodeAt(end) !== COLON) end++;
  return end;
}

const COLON = 0x3a;

/** Letters, digits and `_ - . :`. */
function isName(code: number): boolean {
  const lower = code | 32;
  if ((lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x3a)) return true;
  return code === 0x5f || code === 0x2d || code === 0x2e;
}
