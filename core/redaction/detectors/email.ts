import type { LocalDetector } from '../detector.ts';
import { endOfEscape } from '../passage.ts';

/** E-mail addresses, also international ones and those in URLs (`%40`). */
export const email: LocalDetector = {
  infoTypes: ['EMAIL_ADDRESS'],
  looksAt: 'ats',
  find({ text }, at, report) {
    const start = startOfLocalPart(text, at);
    const domain = at + (text[at] === '%' ? 3 : 1);
    const end = endOfDomain(text, domain);
    if (start >= at || end === domain) return undefined;
    // The end of a URL's password, which `url.ts` removes whole.
    if (text[start - 1] === ':' && /:\/\/[^\s/@"']{0,80}:$/.test(text.slice(Math.max(0, start - 96), start)))
      return undefined;
    // A git remote's user is always "git"; `name@2x.png` is a picture for fine screens.
    if (text[end] === ':' && at - start === 3 && text.startsWith('git@', start)) return undefined;
    if (/^\dx\./.test(text.slice(domain, domain + 3))) return undefined;
    report('EMAIL_ADDRESS', start, end);
    return undefined;
  },
};

/** Stops at the `@` or `%40` before this one at the latest, so that the whole text is walked over at most twice. */
function startOfLocalPart(text: string, at: number): number {
  let start = at;
  while (start > 0 && isLocalPart(text.charCodeAt(start - 1))) {
    if (text[start - 1] === '%' && text.startsWith('40', start)) {
      start += 2;
      break;
    }
    start--;
  }
  if (text[start - 1] === '\\' || text[start - 1] === '[') {
    const end = endOfEscape(text, text[start - 1] === '\\' ? start - 1 : start - 2);
    if (end > start && end < at) start = end;
  }
  while (start < at && "'.-".includes(text[start] ?? '')) start++;
  return start;
}

/** Labels with dots between, the last of which has two letters at least. `from` when there is no such domain. */
function endOfDomain(text: string, from: number): number {
  let end = from;
  let label = from;
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x2e) {
      if (at === label) break;
      if (label > from && isTopLevel(text, label, at)) end = at;
      label = at + 1;
    } else if (!isDomain(code)) break;
  }
  return label > from && isTopLevel(text, label, at) ? at : end;
}

function isTopLevel(text: string, start: number, end: number): boolean {
  if (end - start < 2) return false;
  const [first, second] = [text.charCodeAt(start), text.charCodeAt(start + 1)];
  return isLetter(first) && (isLetter(second) || second === 0x2d);
}

function isLetter(code: number): boolean {
  return ((code | 32) >= 0x61 && (code | 32) <= 0x7a) || (code >= 0x80 && code !== 0xfffd);
}

function isDomain(code: number): boolean {
  return isLetter(code) || (code >= 0x30 && code <= 0x39) || code === 0x2d;
}

function isLocalPart(code: number): boolean {
  // . _ + % '
  return isDomain(code) || code === 0x2e || code === 0x5f || code === 0x2b || code === 0x25 || code === 0x27;
}
