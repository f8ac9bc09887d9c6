import type { LocalDetector } from '../detector.ts';
import type { InfoType } from '../finding.ts';
import { continuesWord } from '../passage.ts';
import { usTaxpayerType } from './us-taxpayer.ts';

/** Numbers that look like any other, but for the words before them: `Passport no. X1234567`, `born on 3 May 1980`. */
export const context: LocalDetector = {
  infoTypes: [
    ...['DATE_OF_BIRTH', 'PASSPORT', 'DRIVERS_LICENSE_NUMBER', 'PHONE_NUMBER', 'US_SOCIAL_SECURITY_NUMBER'],
    ...['US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER', 'AWS_CREDENTIALS'],
  ],
  looksAt: [
    ...['dob', 'd.o.b', 'date of birth', 'birth', 'born', 'nascid', 'nascimento', 'geboren'],
    ...['passport', 'passaporte', 'pasaporte', 'reisepass', 'passeport'],
    ...['driver', 'driving', 'cnh', 'licence n', 'license n', 'dl no'],
    ...['phone', 'mobile', 'tel', 'cell', 'fax', 'whatsapp', 'celular', 'fone', 'sms', 'call '],
    ...['ssn', 'social', 'itin', 'secret'],
  ],
  find({ text }, at, report) {
    if (continuesWord(text, at)) return undefined;
    const slice = text.slice(at, at + CONTEXT_CHARACTERS);
    const newline = slice.indexOf('\n');
    const line = newline < 0 ? slice : slice.slice(0, newline);
    if (!/\d/.test(line)) return undefined;
    const letter = line[0]?.toLowerCase() ?? '';
    for (const { letters, pattern, infoType } of CONTEXTS) {
      if (!letters.includes(letter)) continue;
      const match = pattern.exec(line);
      const value = match?.groups?.value;
      if (!match || value === undefined) continue;
      const end = at + match[0].length;
      report(typeof infoType === 'string' ? infoType : infoType(value), end - value.length, end);
      return undefined;
    }
    return undefined;
  },
};

/** From the first letter of the words to the end of the value, which the patterns below all end with. */
const CONTEXT_CHARACTERS = 80;

const DATE =
  String.raw`\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/. ](?:\d{4}|\d\d)` +
  String.raw`|\d{1,2}(?:st|nd|rd|th)?(?: of| de|\.)?[ -][A-Za-zçäé]{3,9}\.?,?(?: de| of)?[ -]\d{4}` +
  String.raw`|[A-Z][a-z]{2,8}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}|(?:19|20)\d{6}`;

const PHONE = String.raw`\+?\(?\d(?:[ .\-/()]{0,2}\d){6,13}`;

/** `letters` are those that the words begin with. */
const CONTEXTS: readonly {
  letters: string;
  pattern: RegExp;
  infoType: InfoType | ((value: string) => InfoType);
}[] = [
  {
    infoType: 'DATE_OF_BIRTH',
    letters: 'dbng',
    pattern: contextOf(
      String.raw`(?:dob|d\.o\.b|date of birth|birth|born|nascid|nascimento|geboren)[^0-9]{0,24}?`,
      DATE,
    ),
  },
  {
    infoType: 'PASSPORT',
    letters: 'pr',
    pattern: contextOf(
      '(?:passport|passaporte|pasaporte|reisepass|passeport)[^0-9]{0,20}?',
      '[A-Z]{0,3}[0-9]{6,9}[A-Z]?',
    ),
  },
  {
    infoType: 'DRIVERS_LICENSE_NUMBER',
    letters: 'dcl',
    pattern: contextOf(
      `(?:driver'?s?'?[ _-]licen[cs]e|driving[ _-]licen[cs]e|cnh|licen[cs]e n(?:o|um)|dl no).{0,16}?`,
      '(?=(?:[A-Z-]{0,5}[0-9]){4})[A-Z0-9][A-Z0-9-]{4,20}',
    ),
  },
  {
    infoType: 'PHONE_NUMBER',
    letters: 'pmtcfws',
    pattern: contextOf(
      '(?:phone|mobile|tel|cell|fax|whatsapp|celular|fone|sms|call)[^0-9+(]{0,16}',
      String.raw`(?!\d{4}-\d\d-\d\d|\d{1,3}(?:\.\d{1,3}){3})${PHONE}`,
    ),
  },
  {
    infoType: (value) => usTaxpayerType(value) ?? 'US_SOCIAL_SECURITY_NUMBER',
    letters: 'si',
    pattern: contextOf(
      '(?:ssn|social security|itin)[^0-9]{0,24}',
      String.raw`\d{3}(?<mark>[ -]?)\d\d\k<mark>\d{4}`,
    ),
  },
  {
    infoType: 'AWS_CREDENTIALS',
    letters: 's',
    pattern: contextOf('secret[ _]?(?:access)?[ _]?key[^A-Za-z0-9/+]{0,8}', '[A-Za-z0-9/+]{40}'),
  },
];

/** Case does not matter in the words; the value begins and ends as a word does. */
function contextOf(words: string, value: string): RegExp {
  return new RegExp(`^${words}(?<![A-Za-z0-9])(?<value>${value})(?![A-Za-z0-9])`, 'i');
}
