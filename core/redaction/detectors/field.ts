import type { LocalDetector } from '../detector.ts';
import { infoTypeOfField, lastWords } from '../field-names.ts';
import { isPersonal, needsDigits } from '../field-value.ts';
import type { InfoType } from '../finding.ts';

const NAME_CHARACTERS_MAX = 48;

/** The values of fields whose name says what they are: JSON and YAML keys, query parameters, headers, assignments. */
export const field: LocalDetector = {
  infoTypes: ['PERSON_NAME', 'STREET_ADDRESS', 'PASSWORD', 'AUTH_TOKEN', 'HTTP_COOKIE', 'BASIC_AUTH_HEADER'],
  looksAt: 'separators',
  find({ text }, at, report) {
    const name = nameBefore(text, at);
    if (name === undefined) return undefined;
    const infoType = infoTypeOfField(name.text);
    if (infoType === undefined) return undefined;
    const value = valueAfter(text, at, name, infoType);
    // The shell's own variable with the working directory, which every `env` prints.
    if (value && name.text.endsWith('PWD') && text[value.start] === '/') return undefined;
    if (!value || !isPersonal(infoType, text.slice(value.start, value.end))) {
      return undefined;
    }
    report(
      typeOfScheme(infoType, name.text, text.slice(value.start, value.start + 6)),
      value.start,
      value.end,
    );
    return value.end;
  },
};

interface Name {
  text: string;
  start: number;
  isQuoted: boolean;
}

/** The name that ends at `at`, if its last word can be that of a personal field. */
function nameBefore(text: string, at: number): Name | undefined {
  let end = at;
  while (end > at - 3 && text.charCodeAt(end - 1) === 0x20) end--;
  let isQuoted = false;
  for (; end > at - 6 && '"\'`)]\\'.includes(text[end - 1] ?? ' '); end--) isQuoted = true;
  let start = end;
  while (isLetterOrDigit(text.charCodeAt(start - 1)) && start > end - NAME_CHARACTERS_MAX) start--;
  if (start === end) return undefined;
  const lastWord = text.slice(startOfLastWord(text, start, end), end).toLowerCase();
  if (!lastWords.has(lastWord) && !lastWords.has(text.slice(start, end).toLowerCase())) return undefined;
  while (start > end - NAME_CHARACTERS_MAX && isName(text.charCodeAt(start - 1), isQuoted)) start--;
  while (start < end && !isLetterOrDigit(text.charCodeAt(start))) start++;
  return { text: text.slice(start, end), start, isQuoted };
}

/** `Name` in `firstName`, `ID` in `userID`. */
function startOfLastWord(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && !isUpperCase(text.charCodeAt(at - 1))) at--;
  const hasLowerCase = at < end;
  while (at > start && isUpperCase(text.charCodeAt(at - 1))) {
    at--;
    if (hasLowerCase) break;
  }
  return at;
}

function isUpperCase(code: number): boolean {
  return code >= 0x41 && code <= 0x5a;
}

function isLetterOrDigit(code: number): boolean {
  const lower = code | 32;
  return (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39) || (code >= 0xc0 && code < 0x250);
}

/** Names of more than one word have `_`, `-`, `.`, a space or, outside of quotation marks, `'` between them. */
function isName(code: number, isQuoted: boolean): boolean {
  if (isLetterOrDigit(code) || code === 0x5f || code === 0x2d || code === 0x2e || code === 0x20) return true;
  return code === 0x27 && !isQuoted;
}

function valueAfter(text: string, at: number, name: Name, infoType: InfoType) {
  let start = at + 1;
  if (text[start] === '>' || text[start] === '=') start++;
  while (text[start] === ' ' || text[start] === '\t') start++;
  const escapes = text[start] === '\\' ? 1 : 0;
  const quote = text[start + escapes] ?? '';
  if ('"\'`'.includes(quote) && quote !== '') return quotedValue(text, start + escapes, quote, escapes > 0);
  if (quote === '(' && text[at] === '=') {
    const close = text.slice(start, start + 256).indexOf(')');
    return close < 0 ? undefined : { start: start + 1, end: start + close };
  }
  if (quote === '[') return listOfTexts(text, start + 1);
  if (quote === '{' || quote === '') return undefined;
  const isHeader = text[at] === ':' && (infoType === 'HTTP_COOKIE' || /authorization$/i.test(name.text));
  if (isHeader) return upTo(text, start, HEADER_END);
  const isWord = text[at] === '=' || name.isQuoted;
  const isWholeLine = /(?:^|\n)[ \t-]*$/.test(text.slice(Math.max(0, name.start - 16), name.start));
  if (needsDigits(infoType)) return numberUpTo(text, start, isWholeLine && !isWord ? NUMBER_END : WORD_END);
  if (isWord) return withNames(text, upTo(text, start, WORD_END), infoType);
  if (isWholeLine) return upTo(text, start, LINE_END);
  // In a sentence a number ends with its word, and an address is found by itself.
  if (infoType === 'EMAIL_ADDRESS') return undefined;
  return upTo(text, start, PHRASE_END);
}

const HEADER_END = /["'\r\n]/g;
const WORD_END = /[\s,;&"'`)}\]|<>]/g;
const LINE_END = /[\r\n]| #/g;
const NUMBER_END = /[\r\n,;#]/g;
const PHRASE_END = /[\r\n\t,;&|(){}[\]<>"]| {2}| [a-z_]+[=:]/g;

/** `lastName=Lima da Souza, age=40`: the words of a name that follow begin with a capital letter. */
function withNames(text: string, value: { start: number; end: number }, infoType: InfoType) {
  if (infoType !== 'PERSON_NAME') return value;
  return {
    ...value,
    end: value.end + (MORE_NAMES.exec(text.slice(value.end, value.end + 80))?.[0].length ?? 0),
  };
}

const MORE_NAMES =
  /^(?: (?:(?:d[aeo]s?|del|van|von|der|e|y) ){0,2}[A-Z\u00c0-\u00de][a-z\u00df-\u00ff'’-]+(?![\w/=:])){1,4}/;

/** The texts between the brackets of `["Ana", "Bea"]`, on one line. */
function listOfTexts(text: string, start: number) {
  if (text[start] !== '"' && text[start] !== "'") return undefined;
  const length = text.slice(start, start + 512).search(/[\]\n]/);
  return length < 0 ? undefined : { start, end: start + length };
}

/** A number is not longer than this. Other values are removed whole, however long they are. */
const NUMBER_CHARACTERS_MAX = 64;

function numberUpTo(text: string, start: number, pattern: RegExp) {
  const { start: from, end } = upTo(text.slice(start, start + NUMBER_CHARACTERS_MAX), 0, pattern);
  return { start: start + from, end: start + end };
}

function upTo(text: string, start: number, pattern: RegExp) {
  pattern.lastIndex = start;
  const end = pattern.exec(text)?.index ?? text.length;
  let last = end;
  while (last > start && ' \t.'.includes(text[last - 1] ?? '')) last--;
  return { start, end: last };
}

/** Up to the quotation mark that is escaped as the first one is; to the end of the line when there is none. */
function quotedValue(text: string, open: number, quote: string, isEscaped: boolean) {
  const start = open + 1;
  for (let end = start; end < text.length; end++) {
    const character = text[end];
    if (character === '\n') return { start, end };
    if (character === '\\') {
      if (isEscaped && text[end + 1] === quote) return { start, end };
      end++;
    } else if (character === quote && !isEscaped) return { start, end };
  }
  return { start, end: text.length };
}

function typeOfScheme(infoType: InfoType, name: string, value: string): InfoType {
  if (!/authorization$/i.test(name)) return infoType;
  return /^basic\b/i.test(value) ? 'BASIC_AUTH_HEADER' : infoType;
}
