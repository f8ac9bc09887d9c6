import type { LocalDetector } from '../detector.ts';
import type { Report } from '../finding.ts';
import { continuesWord, isWordAt, type Passage, type Spans } from '../passage.ts';

const WRITTEN = /^(?:[0-9a-f]{2}(?:-[0-9a-f]{2}){5}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})/i;

/** MAC addresses as Windows (`00-1A-…`) and Cisco (`001a.2b3c.4d5e`) write them. With colons: `ip-address.ts`. */
export const macAddresses: readonly LocalDetector[] = [
  {
    infoTypes: ['MAC_ADDRESS'],
    looksAt: 'numbers',
    find: (passage, at, report) => findAt(passage, passage.numbers, at, report),
  },
  {
    infoTypes: ['MAC_ADDRESS'],
    looksAt: 'codes',
    find: (passage, at, report) => findAt(passage, passage.codes, at, report),
  },
];

function findAt({ text }: Passage, { starts, ends }: Spans, at: number, report: Report): undefined {
  const group = starts[at] ?? 0;
  const size = (ends[at] ?? 0) - group;
  if (size === 2 ? !hasMarks(text, group, 0x2d, 2) : size !== 4 || !hasMarks(text, group, 0x2e, 4))
    return undefined;
  let start = group;
  while (start > group - 15 && isWritten(text.charCodeAt(start - 1))) start--;
  const match = WRITTEN.exec(text.slice(start, start + 17));
  if (!match || continuesWord(text, start)) return undefined;
  const end = start + match[0].length;
  if (!isWordAt(text, end) && !isWritten(text.charCodeAt(end))) report('MAC_ADDRESS', start, end);
  return undefined;
}

/** Whether the marks of such an address stand where they should around the group at `group`. */
function hasMarks(text: string, group: number, mark: number, size: number): boolean {
  const before = text.charCodeAt(group - 1) === mark;
  const after = text.charCodeAt(group + size) === mark;
  if (!before && !after) return false;
  const step = size + 1;
  if (before && after) return true;
  return text.charCodeAt(before ? group - 1 - step : group + size + step) === mark;
}

function isHexadecimal(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 32) >= 0x61 && (code | 32) <= 0x66);
}

function isWritten(code: number): boolean {
  return isHexadecimal(code) || code === 0x2d || code === 0x2e;
}
