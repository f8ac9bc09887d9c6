/** Words of one kind: word `i` is `text.slice(starts[i], ends[i])`. */
export interface Spans {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** A piece of text (whole lines, or one window of a very long line) and where its interesting places are. */
export interface Passage {
  readonly text: string;
  /** Words of digits alone. */
  readonly numbers: Spans;
  /** Words of letters and digits. */
  readonly codes: Spans;
  /** Each `@`, also as URLs write it: `%40`. */
  readonly ats: readonly number[];
  /** Each `:` and `=`. */
  readonly separators: readonly number[];
  /** A word that the scanner was made for begins at `positions[i]`: the one at `ids[i]` of its list. */
  readonly words: { readonly positions: readonly number[]; readonly ids: readonly number[] };
}

const DIGIT = 1;
const LETTER = 2;
const AT = 4;
const SEPARATOR = 5;
const ESCAPE = 6;

/** Makes a scanner that walks over a text once. A passage is good until the next one is scanned. */
export function scanner(words: readonly string[]): (text: string) => Passage {
  const buckets = bucketsOf(words);
  const numbers = { starts: [] as number[], ends: [] as number[] };
  const codes = { starts: [] as number[], ends: [] as number[] };
  const [ats, separators, positions, ids]: [number[], number[], number[], number[]] = [[], [], [], []];
  const lists = [numbers.starts, numbers.ends, codes.starts, codes.ends, ats, separators, positions, ids];

  const noteWords = (text: string, at: number) => {
    const bucket = buckets[bucketAt(text, at)];
    if (!bucket) return;
    for (const id of bucket) {
      if (!startsWithWord(text, at, words[id] ?? '')) continue;
      positions.push(at);
      ids.push(id);
    }
  };

  return (text) => {
    for (const list of lists) list.length = 0;
    /** What the word so far is made of: DIGIT, LETTER, both, or nothing. */
    let word = 0;
    let start = 0;
    for (let at = 0; at <= text.length; at++) {
      const kind = KINDS[text.charCodeAt(at)] ?? 0;
      if (kind === DIGIT || kind === LETTER) {
        if (word === 0) {
          start = at;
          if (kind === LETTER) noteWords(text, at);
        }
        word |= kind;
        continue;
      }
      if ((word & DIGIT) !== 0) {
        const spans = word === DIGIT ? numbers : codes;
        spans.starts.push(start);
        spans.ends.push(at);
      }
      word = 0;
      if (kind === AT) ats.push(at);
      else if (kind === SEPARATOR) separators.push(at);
      else if (kind === ESCAPE) {
        if (text.startsWith('%40', at)) ats.push(at);
        at = endOfEscape(text, at) - 1;
      }
    }
    return { text, numbers, codes, ats, separators, words: { positions, ids } };
  };
}

/**
 * Where the escape sequence at `at` ends: `\n` as JSON writes it, `%3D` as URLs do, or a terminal's colour. What
 * follows one is a new word, although a letter or a digit may stand before it. At least `at + 1`.
 */
export function endOfEscape(text: string, at: number): number {
  const character = text[at];
  const next = text.charCodeAt(at + 1);
  if (character === '\\') return next === 0x6e || next === 0x72 || next === 0x74 ? at + 2 : at + 1;
  // The magnetic track of a card begins with %B and its number: no URL has an escape like that.
  if (character === '%' && next === 0x42 && TRACK.test(text.slice(at + 2, at + 15))) return at + 2;
  if (character === '%') return isHex(next) && isHex(text.charCodeAt(at + 2)) ? at + 3 : at + 1;
  if (character !== '\x1b' || next !== 0x5b) return at + 1;
  let end = at + 2;
  while (end < at + 18 && isColourParameter(text.charCodeAt(end))) end++;
  return KINDS[text.charCodeAt(end)] === LETTER ? end + 1 : end;
}

/** Whether the character before `at` belongs to the same word, so that a value cannot begin here. */
export function continuesWord(text: string, at: number): boolean {
  const kind = KINDS[text.charCodeAt(at - 1)] ?? 0;
  if (kind === DIGIT) return endOfEscape(text, at - 3) !== at;
  if (kind !== LETTER) return false;
  if (endOfEscape(text, at - 2) === at || endOfEscape(text, at - 3) === at) return false;
  for (let start = at - 3; start >= at - 20; start--) {
    if (text.charCodeAt(start) === 0x1b) return endOfEscape(text, start) !== at;
  }
  return true;
}

/** Whether a word goes on at `at`, so that a value cannot end here. */
export function isWordAt(text: string, at: number): boolean {
  const kind = KINDS[text.charCodeAt(at)] ?? 0;
  return kind === DIGIT || kind === LETTER;
}

export function isDigitAt(text: string, at: number): boolean {
  return KINDS[text.charCodeAt(at)] === DIGIT;
}

const TRACK = /^[0-9 ]{13}$/;

function isHex(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 32) >= 0x61 && (code | 32) <= 0x66);
}

function isColourParameter(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === 0x3b;
}

const KINDS = kindsOf();

function kindsOf(): Uint8Array {
  const kinds = new Uint8Array(65536);
  for (const [characters, kind] of [
    ['0123456789', DIGIT],
    ['abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', LETTER],
    ['@', AT],
    [':=', SEPARATOR],
    ['\\%\x1b', ESCAPE],
  ] as const) {
    for (const character of characters) kinds[character.charCodeAt(0)] = kind;
  }
  return kinds;
}

/** Five bits of each of the first three characters: the same for either case. */
function bucketAt(text: string, at: number): number {
  return (
    ((text.charCodeAt(at) & 31) << 10) |
    ((text.charCodeAt(at + 1) & 31) << 5) |
    (text.charCodeAt(at + 2) & 31)
  );
}

function bucketsOf(words: readonly string[]): (number[] | undefined)[] {
  const buckets: (number[] | undefined)[] = Array.from({ length: 32768 }, () => undefined);
  for (const [id, word] of words.entries()) {
    const bucket = bucketAt(word, 0);
    buckets[bucket] = [...(buckets[bucket] ?? []), id];
  }
  return buckets;
}

function startsWithWord(text: string, at: number, word: string): boolean {
  if (at + word.length > text.length) return false;
  for (let index = 0; index < word.length; index++) {
    const left = text.charCodeAt(at + index);
    const difference = left ^ word.charCodeAt(index);
    if (difference !== 0 && (difference !== 32 || KINDS[left] !== LETTER)) return false;
  }
  return true;
}
