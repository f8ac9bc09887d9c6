import type { LocalDetector } from '../detector.ts';
import { continuesWord } from '../passage.ts';

/** `Bearer …` and `Basic …` wherever they stand: in headers, command lines, error messages. */
export const authScheme: LocalDetector = {
  infoTypes: ['AUTH_TOKEN', 'BASIC_AUTH_HEADER'],
  looksAt: ['bearer ', 'basic '],
  find({ text }, at, report) {
    if (continuesWord(text, at)) return undefined;
    const isBasic = (text.charCodeAt(at + 1) | 32) === 0x61;
    let start = at + (isBasic ? 6 : 7);
    while (text[start] === ' ') start++;
    let end = start;
    while (end < text.length && isToken(text.charCodeAt(end))) end++;
    const value = text.slice(start, Math.min(end, start + 1024));
    // "Basic authentication" and "bearer tokens" are words.
    const isCredential = isBasic
      ? /^(?=.*(?:\d|[a-z][A-Z]))[A-Za-z0-9+/]{8,}={0,2}$/.test(value)
      : value.length >= 24 || (value.length >= 8 && /\d/.test(value));
    if (isCredential) report(isBasic ? 'BASIC_AUTH_HEADER' : 'AUTH_TOKEN', start, end);
    return end;
  },
};

/** Letters, digits and `- . _ ~ + / =`: https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
function isToken(code: number): boolean {
  const lower = code | 32;
  if ((lower >= 0x61 && lower <= 0x7a) || (code >= 0x2d && code <= 0x39)) return true;
  return code === 0x5f || code === 0x7e || code === 0x2b || code === 0x3d;
}
