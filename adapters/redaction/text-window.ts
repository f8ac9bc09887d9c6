/** A part of a text that is shown to a service in one call. */
export interface TextWindow {
  text: string;
  /** Where it begins in the whole text, in UTF-16 code units. */
  start: number;
}

/**
 * What stands before a value may tell a service what it is. Google looks back 1,000 characters at most:
 * https://cloud.google.com/sensitive-data-protection/docs/creating-custom-infotypes-likelihood
 */
export const CONTEXT_CHARACTERS = 1000;

/**
 * Cuts a text into windows that each cost at most `costMax`. They end at a line where there is one, and each begins at
 * least 1,000 characters before the end of the last, with whole lines where they fit: so a value up to that length is
 * whole in one of them, wherever it lies.
 */
export function windowsOf(text: string, costMax: number, costOf: (text: string) => number): TextWindow[] {
  const windows: TextWindow[] = [];
  for (let start = 0; start < text.length || windows.length === 0; ) {
    const end = endOfWindow(text, start, costMax, costOf);
    windows.push({ text: text.slice(start, end), start });
    if (end >= text.length) break;
    start = overlapBefore(text, start, end);
  }
  return windows;
}

/** The two halves of a window, which overlap too. Undefined when it is too small to be worth another call. */
export function halvesOf({ text, start }: TextWindow): [TextWindow, TextWindow] | undefined {
  if (text.length <= PIECE_CHARACTERS_MIN) return undefined;
  if (text.length <= LINE_CHARACTERS_MIN && !text.trimEnd().includes('\n')) return undefined;
  const middle = boundaryBefore(text, Math.floor(text.length * 0.4), Math.floor(text.length * 0.6));
  const context = Math.min(CONTEXT_CHARACTERS, Math.floor(text.length / 16));
  const from = boundaryBefore(text, middle - 2 * context, middle - context);
  return [
    { text: text.slice(0, middle), start },
    { text: text.slice(from), start: start + from },
  ];
}

/** Below these nothing is gained: a request may have 3,000 findings. */
const PIECE_CHARACTERS_MIN = 1024;
const LINE_CHARACTERS_MIN = 4096;

function endOfWindow(text: string, start: number, costMax: number, costOf: (text: string) => number): number {
  // No character costs less than one, so what fits is not longer than this.
  let end = Math.min(text.length, start + costMax);
  for (let cost = costOf(text.slice(start, end)); cost > costMax; cost = costOf(text.slice(start, end))) {
    end = start + Math.floor(((end - start) * 0.99 * costMax) / cost);
  }
  return end >= text.length ? end : boundaryBefore(text, start + Math.floor((end - start) / 2), end);
}

/** Where the next window begins: whole lines before `end`, at most half of the window, or else characters. */
function overlapBefore(text: string, start: number, end: number): number {
  const context = Math.min(CONTEXT_CHARACTERS, Math.floor((end - start) / 4));
  return boundaryBefore(text, start + Math.floor((end - start) / 2), end - context);
}

/** The last start of a line in `from` … `to`, or `to` without parting the halves of a character. */
function boundaryBefore(text: string, from: number, to: number): number {
  const line = text.lastIndexOf('\n', to - 1) + 1;
  if (line > 0 && line >= from) return line;
  return isHighSurrogate(text.charCodeAt(to - 1)) && to > 1 ? to - 1 : to;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
