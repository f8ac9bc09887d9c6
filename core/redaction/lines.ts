/**
 * A line up to this length is looked at as a whole. A longer one is looked at in windows of this length, each of which
 * redacts what lies before its last eighth: so a value of up to that eighth is whole in one window.
 */
export const LINE_CHARACTERS_MAX = 64 * 1024;
const WINDOW_CHARACTERS = 56 * 1024;
/** What a window also sees of the text before it: the words that say what a number is. */
const CONTEXT_CHARACTERS = 1024;

export interface Piece {
  text: string;
  /** The part to redact begins here; what is before it is context, redacted already. */
  from: number;
  /** The part to redact ends here, or after the value that lies across. What is beyond comes again. */
  to: number;
  /** False in the middle of a line that is longer than a window. */
  endsLine: boolean;
  /** False when an earlier window had the beginning of the line. */
  beginsLine: boolean;
}

/**
 * Cuts a text, however it is split, into the same pieces: some whole lines, or a window of a very long one. `take` says
 * where in the piece it stopped. The cuts depend on the text alone, never on how it arrived.
 */
export function lineCutter(take: (piece: Piece) => number): { push(text: string): void; end(): void } {
  let parts: string[] = [];
  let length = 0;
  let context = '';
  let insideLine = false;

  const takeWindow = (text: string, at: number, size: number, endsLine: boolean): number => {
    const from = context.length;
    const window = context + text.slice(at, at + size);
    const to = endsLine ? window.length : withoutHalfCharacter(window, from + WINDOW_CHARACTERS);
    const stopped = take({ text: window, from, to, endsLine, beginsLine: !insideLine });
    context = endsLine
      ? ''
      : window.slice(withoutHalfCharacter(window, stopped - CONTEXT_CHARACTERS), stopped);
    insideLine = !endsLine;
    return at + stopped - from;
  };

  const takeLines = (text: string, at: number): number => {
    const end = text.lastIndexOf('\n', at + LINE_CHARACTERS_MAX - 1) + 1;
    if (end <= at) return at;
    take({ text: text.slice(at, end), from: 0, to: end - at, endsLine: true, beginsLine: true });
    return end;
  };

  const takeAll = (text: string, isEnd: boolean): string => {
    let at = 0;
    while (at < text.length) {
      const taken = insideLine ? at : takeLines(text, at);
      if (taken > at) {
        at = taken;
        continue;
      }
      const line = text.slice(at, at + LINE_CHARACTERS_MAX).indexOf('\n') + 1;
      const rest = text.length - at;
      if (line > 0) at = takeWindow(text, at, line, true);
      else if (rest > LINE_CHARACTERS_MAX) at = takeWindow(text, at, LINE_CHARACTERS_MAX, false);
      else if (isEnd) at = takeWindow(text, at, rest, true);
      else break;
    }
    return text.slice(at);
  };

  return {
    push(text) {
      parts.push(text);
      length += text.length;
      if (length <= LINE_CHARACTERS_MAX && !text.includes('\n')) return;
      parts = [takeAll(parts.join(''), false)];
      length = parts[0]?.length ?? 0;
    },
    end() {
      takeAll(parts.join(''), true);
      parts = [];
    },
  };
}

/** `at`, or one less where it would part the two halves of a character. */
function withoutHalfCharacter(text: string, at: number): number {
  if (at <= 0) return 0;
  const before = text.charCodeAt(at - 1);
  return before >= 0xd800 && before <= 0xdbff ? at - 1 : at;
}
