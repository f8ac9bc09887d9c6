import type { LocalDetector } from '../detector.ts';
import { continuesWord, isWordAt } from '../passage.ts';

const WRITTEN = /^(?:[0-9a-f]{2}(?:-[0-9a-f]{2}){5}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})/i;

/** MAC addresses as Windows (`00-1A-…`) and Cisco (`001a.2b3c.4d5e`) write them. With colons: `ip-address.ts`. */
export const macAddress: LocalDetector = {
  infoTypes: ['MAC_ADDRESS'],
  looksAt: 'numbers',
  find({ text, numbers: { starts } }, at, report) {
    const digit = starts[at] ?? 0;
    let start = digit;
    while (start > digit - 17 && isWritten(text.charCodeAt(start - 1))) start--;
    const isWindows = text[start + 2] === '-' && text[start + 5] === '-' && text[start + 8] === '-';
    if (!isWindows && (text[start + 4] !== '.' || text[start + 9] !== '.')) return undefined;
    const match = WRITTEN.exec(text.slice(start, start + 17));
    if (!match || continuesWord(text, start)) return undefined;
    const end = start + match[0].length;
    if (!isWordAt(text, end) && !isWritten(text.charCodeAt(end))) report('MAC_ADDRESS', start, end);
    return undefined;
  },
};

/** Hexadecimal, `-` or `.`. */
function isWritten(code: number): boolean {
  const lower = code | 32;
  return (code >= 0x30 && code <= 0x39) || (lower >= 0x61 && lower <= 0x66) || code === 0x2d || code === 0x2e;
}
