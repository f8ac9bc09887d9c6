import type { Finding, InfoType } from './finding.ts';
import type { Tracker } from './local-finder.ts';

const BEGIN = '-----BEGIN ';
const END = '-----END ';

/** The info type of what a PEM label names: certificates are public, but they are not for everybody's eyes. */
export function pemInfoType(label: string): InfoType {
  return label.includes('CERTIFICATE') ? 'SSL_CERTIFICATE' : 'ENCRYPTION_KEY';
}

/**
 * Removes the lines after the one with `-----BEGIN …-----`, up to `-----END …-----` or to the first line that cannot
 * be a part of the block, so that a message that only mentions the marker costs nothing more. The line with the marker
 * is the detector's (`detectors/pem.ts`). Lines may be indented, quoted, commented or have a prefix of the same width.
 */
export function pemTracker(): Tracker {
  let inside: { infoType: InfoType; lines: number; prefix: number } | undefined;

  const trackLine = (text: string, start: number, end: number): Finding | undefined => {
    const line = text.slice(start, end);
    const begin = line.lastIndexOf(BEGIN);
    const stop = line.indexOf(END, Math.max(begin, 0));
    const was = inside;
    if (begin >= 0) {
      const infoType = pemInfoType(line.slice(begin));
      inside = stop > begin ? undefined : { infoType, lines: 0, prefix: begin };
      return undefined;
    }
    if (!was) return undefined;
    const infoType = was.infoType;
    if (stop >= 0) {
      inside = undefined;
      return { start, end: start + endOfBlock(line, stop), infoType, continued: true };
    }
    const rest = line.slice(was.prefix);
    const belongs =
      isBody(line) || isBody(rest) || endsInKey(line) || (was.lines < HEADERS_MAX && isHeader(rest));
    inside = belongs ? { ...was, lines: was.lines + 1 } : undefined;
    return belongs ? { start, end, infoType, continued: true } : undefined;
  };

  return {
    track({ text, from, to }) {
      const found: Finding[] = [];
      let at = inside ? from : startOfLine(text, text.indexOf(BEGIN, from), from);
      while (at >= 0 && at < to) {
        const newline = text.indexOf('\n', at);
        const end = newline < 0 || newline >= to ? to : newline + 1;
        const finding = trackLine(text, at, end);
        if (finding) found.push(finding);
        at = inside ? end : startOfLine(text, text.indexOf(BEGIN, end), end);
      }
      return found;
    },
  };
}

function startOfLine(text: string, at: number, from: number): number {
  return at < 0 ? -1 : Math.max(from, text.lastIndexOf('\n', at) + 1);
}

/** Behind the last marker; with the end of the line when nothing else is on it. */
function endOfBlock(line: string, stop: number): number {
  const dashes = line.indexOf('-----', stop + END.length);
  const end = dashes < 0 ? line.length : dashes + 5;
  return line.slice(end).trim() === '' ? line.length : end;
}

/** One run of base64, with what indentation, comments, quotes, concatenation, JSON and colours put around it. */
function isBody(written: string): boolean {
  const line = written.replaceAll(/\x1b\[[0-9;]{0,16}[A-Za-z]/g, '');
  let start = 0;
  let end = line.length;
  while (start < end && ' \t|>#"\'*+-:,'.includes(line[start] ?? '')) start++;
  while (end > start && ' \t\r\n|"\'+,;\\'.includes(line[end - 1] ?? '')) end--;
  return start < end && /^[A-Za-z0-9+/=\\]+$/.test(line.slice(start, end));
}

const HEADERS_MAX = 6;

/** `Proc-Type: 4,ENCRYPTED`, or the empty line after such. */
function isHeader(rest: string): boolean {
  return /^\s*(?:(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|MessageID): .*)?$/.test(rest.trimEnd());
}

/** The last word is base64, and as long as it is in the lines of a key: whatever stands before it. */
function endsInKey(line: string): boolean {
  return /(?:^|[^A-Za-z0-9+/=])[A-Za-z0-9+/=]{40,76}$/.test(line.slice(-80).trimEnd());
}
