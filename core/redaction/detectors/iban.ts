import type { LocalDetector } from '../detector.ts';
import { isDigitAt, isWordAt } from '../passage.ts';

/** International bank account numbers by their country's length and the two check digits (ISO 13616). */
export const iban: LocalDetector = {
  infoTypes: ['IBAN_CODE'],
  looksAt: 'codes',
  find({ text, codes: { starts, ends } }, at, report) {
    const start = starts[at] ?? 0;
    if ((ends[at] ?? 0) < start + 4 || !isDigitAt(text, start + 3)) return undefined;
    if (!isLetter(text.charCodeAt(start)) || !isLetter(text.charCodeAt(start + 1))) return undefined;
    const length = LENGTHS.get(text.slice(start, start + 2).toUpperCase());
    if (length === undefined) return undefined;
    const end = endOfCharacters(text, start, length);
    if (end === undefined || isWordAt(text, end)) return undefined;
    if (isIban(text.slice(start, end))) report('IBAN_CODE', start, end);
    return undefined;
  },
};

function isLetter(code: number): boolean {
  return (code | 32) >= 0x61 && (code | 32) <= 0x7a;
}

/** Behind `length` letters and digits, which may be in groups of four. */
function endOfCharacters(text: string, start: number, length: number): number | undefined {
  let end = start;
  for (let count = 0; count < length; count++) {
    if (count > 0 && count % 4 === 0 && !isWordAt(text, end) && ' -\u00a0'.includes(text[end] ?? '\n')) end++;
    if (!isWordAt(text, end)) return undefined;
    end++;
  }
  return end;
}

export function isIban(written: string): boolean {
  const value = written.replaceAll(/[^0-9A-Z]/gi, '').toUpperCase();
  let remainder = 0;
  for (const character of value.slice(4) + value.slice(0, 4)) {
    const number = Number.parseInt(character, 36);
    remainder = (remainder * (number > 9 ? 100 : 10) + number) % 97;
  }
  return remainder === 1;
}

/** Country and length: ISO 13616, of which SWIFT keeps the registry. */
const LENGTHS = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 ' +
    'EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 ' +
    'IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 ' +
    'NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 ' +
    'SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);
