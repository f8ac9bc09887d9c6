import type { LocalDetector } from '../detector.ts';

/** User and password of a URL: `postgres://user:password@host`. A user alone goes when it is as long as a token. */
export const urlPassword: LocalDetector = {
  infoTypes: ['PASSWORD'],
  looksAt: 'separators',
  find({ text }, at, report) {
    if (!text.startsWith('://', at)) return undefined;
    let colon = -1;
    for (let end = at + 3; end < text.length; end++) {
      const code = text.charCodeAt(end);
      if (code === 0x40) {
        if (end > at + 3 && (colon >= 0 || end - at > 23)) report('PASSWORD', at + 3, lastAt(text, end));
        return end;
      }
      if (code === 0x3a && colon < 0) colon = end;
      if (endsAuthority(code)) return end;
    }
    return text.length;
  },
};

/** A password may hold a raw `@`: then the last one before the host counts. */
function lastAt(text: string, first: number): number {
  let last = first;
  for (let end = first + 1; end < first + 256 && !endsAuthority(text.charCodeAt(end)); end++) {
    if (text[end] === '@') last = end;
  }
  return last;
}

function endsAuthority(code: number): boolean {
  // White space and quotation marks, / ? # < > ` and the end of the text
  return !(code > 0x20) || [0x22, 0x27, 0x2f, 0x3f, 0x23, 0x3c, 0x3e, 0x60].includes(code);
}

/** The query of a URL that somebody signed: whoever has it has the object. */
export const signedUrl: LocalDetector = {
  infoTypes: ['STORAGE_SIGNED_URL'],
  looksAt: ['X-Amz-', 'X-Goog-', 'AWSAccessKeyId=', 'GoogleAccessId=', 'Signature=', 'Expires=', 'sig='],
  find({ text }, at, report) {
    const start = startOfQuery(text, at);
    let end = at;
    while (end < text.length && isQuery(text.charCodeAt(end)) && (start !== undefined || text[end] !== '?'))
      end++;
    if (start === undefined) return end;
    if (/(?:Signature|[?&]sig)=[\w%+/=~-]{8,}/i.test(text.slice(start - 1, end))) {
      report('STORAGE_SIGNED_URL', start, end);
    }
    return end;
  },
};

/** Behind the `?` before `at`, no further away than a query is long. */
function startOfQuery(text: string, at: number): number | undefined {
  for (let start = at; start > at - 4096; start--) {
    const code = text.charCodeAt(start - 1);
    if (code === 0x3f) return start;
    if (!isQuery(code)) return undefined;
  }
  return undefined;
}

/** What a URL need not escape, and a backslash (`\u0026`). Not the marks that end a URL in a sentence or a log. */
function isQuery(code: number): boolean {
  return (
    code > 0x20 && code < 0x7f && ![0x22, 0x27, 0x3c, 0x3e, 0x60, 0x7b, 0x7d, 0x5b, 0x5d, 0x29].includes(code)
  );
}
