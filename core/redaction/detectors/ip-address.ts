import type { LocalDetector } from '../detector.ts';
import { continuesWord, isDigitAt, isWordAt } from '../passage.ts';

/** IPv4 addresses. Those that name no machine in particular (loopback, unspecified, masks) stay readable. */
export const ipv4Address: LocalDetector = {
  infoTypes: ['IP_ADDRESS'],
  looksAt: 'numbers',
  find({ text, numbers: { starts, ends } }, at, report) {
    const start = starts[at] ?? 0;
    let groups = 1;
    while (
      starts[at + groups] === (ends[at + groups - 1] ?? 0) + 1 &&
      text[ends[at + groups - 1] ?? 0] === '.'
    )
      groups++;
    // Three are a version, five are a chapter.
    if (groups !== 4) return at + groups;
    for (let index = at; index < at + 4; index++) {
      const [from, to] = [starts[index] ?? 0, ends[index] ?? 0];
      if (to - from > 3 || Number(text.slice(from, to)) > 255) return undefined;
    }
    const end = ends[at + 3] ?? 0;
    if (continuesWord(text, start) || isWordAt(text, end)) return undefined;
    if (text[start - 1] === '.' && isWordAt(text, start - 2)) return undefined;
    if (/^(?:127\.|0\.0\.0\.0$|255\.)/.test(text.slice(start, end))) return undefined;
    if (/(?:version|release|ver\.?)[ :=]{0,3}$/i.test(text.slice(Math.max(0, start - 12), start)))
      return undefined;
    report('IP_ADDRESS', start, end);
    return undefined;
  },
};

/** IPv6 addresses and MAC addresses with colons: both are hexadecimal groups with colons between. */
export const ipv6Address: LocalDetector = {
  infoTypes: ['IP_ADDRESS', 'MAC_ADDRESS'],
  looksAt: 'separators',
  find({ text }, at, report) {
    if (text[at] !== ':') return undefined;
    let start = at;
    while (start > at - 5 && isHexadecimal(text.charCodeAt(start - 1))) start--;
    let end = at;
    while (end < at + 60 && (text[end] === ':' || isHexadecimal(text.charCodeAt(end)))) end++;
    if (text[end] === '.' && isDigitAt(text, end - 1)) end = endOfMappedAddress(text, end);
    if (end - start < 4) return undefined;
    while (text[end - 1] === ':' && text[end - 2] !== ':') end--;
    if (continuesWord(text, start) || isWordAt(text, end)) return end;
    const value = text.slice(start, end);
    if (value.length < 15 && !value.includes('::')) return end;
    if (isMac(value)) report('MAC_ADDRESS', start, end);
    else if (isIpv6(value)) report('IP_ADDRESS', start, end);
    return end;
  },
};

function isHexadecimal(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 32) >= 0x61 && (code | 32) <= 0x66);
}

function endOfMappedAddress(text: string, dot: number): number {
  const rest = /^(?:\.\d{1,3}){3}/.exec(text.slice(dot, dot + 12));
  return rest ? dot + rest[0].length : dot;
}

function isMac(value: string): boolean {
  return /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i.test(value);
}

/** Eight groups, or fewer with one `::` that stands for the rest. `::1` and `::` name no machine. */
function isIpv6(value: string): boolean {
  const groups = value.replace(/(?<=:)\d+\.\d+\.\d+\.\d+$/, '0:0').split(':');
  const filled = groups.filter((group) => group !== '');
  if (filled.some((group) => group.length > 4) || !/\d/.test(value)) return false;
  const gap = value.indexOf('::');
  if (gap < 0) return groups.length === 8 && filled.length === 8;
  if (value.indexOf('::', gap + 1) >= 0 || value === '::1') return false;
  return filled.length >= 1 && filled.length <= 7;
}
