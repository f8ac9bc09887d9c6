import { AgentError } from './errors.ts';

/** A word of a custom command: literal texts, and the keys of its `[[KEY]]` placeholders. */
export type Word = ({ text: string } | { key: string })[];

/** How a text is read: a custom command has placeholders, a script has none; each is refused in words of its own. */
interface Dialect {
  placeholders: boolean;
  refusal: (why: string) => AgentError;
}

/** The words of a target's custom command. */
export function commandWords(template: string): Word[] {
  return splitWords(template, { placeholders: true, refusal: refusedCommand });
}

/**
 * The words of a script that is one command and its arguments, such as `get pods -l 'app in (a, b)'`. `program` is
 * what they are for: the script may name it or not. `source` is where they come from, for the error.
 * @throws AgentError `command-invalid`
 */
export function scriptWords(script: string, program?: string, source = 'The script'): string[] {
  const refusal = (why: string) => refusedWords(source, why);
  const words = splitWords(script.trim(), { placeholders: false, refusal }).map((word) =>
    word.map((part) => ('text' in part ? part.text : '')).join(''),
  );
  if (words[0] === program) words.shift();
  if (words.length === 0) throw refusal('it is empty');
  return words;
}

/**
 * Splits a text into words by the rules of a POSIX shell for quotes and backslashes
 * (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02), without being one:
 * nothing is expanded, and what only a shell can do is an error, lest it be taken for text in silence.
 */
function splitWords(template: string, dialect: Dialect): Word[] {
  const { refusal } = dialect;
  const words: Word[] = [];
  let word: Word | undefined;
  let quote: Quote = '';

  const add = (part: Word[number]) => {
    word ??= [];
    word.push(part);
  };

  for (let at = 0; at < template.length; ) {
    const placeholder = dialect.placeholders ? placeholderAt(template, at) : undefined;
    const character = template.charAt(at);
    if (placeholder) {
      add({ key: placeholder.key });
      at += placeholder.length;
    } else if (character === quote || (quote === '' && /['"]/.test(character))) {
      quote = quote === '' ? quoteOf(character) : '';
      add({ text: '' });
      at += 1;
    } else if (character === '\\' && quote !== "'") {
      const text = escapedText(template, at, quote, refusal);
      if (text !== '') add({ text });
      at += 2;
    } else if (quote === '' && /[ \t]/.test(character)) {
      if (word) words.push(word);
      word = undefined;
      at += 1;
    } else {
      refuseShell(template, at, quote, refusal);
      add({ text: character });
      at += 1;
    }
  }
  if (quote !== '') throw refusal(`it has a ${quote} that is never closed`);
  return word ? [...words, word] : words;
}

type Quote = '' | "'" | '"';

function quoteOf(character: string) {
  return character === '"' ? '"' : "'";
}

const PLACEHOLDER = /\[\[\s*(?:\{\s*([\w.-]+)\s*\}|&?\s*([\w.-]+))\s*\]\]/y;

function placeholderAt(template: string, at: number): { key: string; length: number } | undefined {
  if (!template.startsWith('[[', at)) return undefined;
  PLACEHOLDER.lastIndex = at;
  const [whole, inBraces, plain] = PLACEHOLDER.exec(template) ?? [];
  if (whole !== undefined) return { key: inBraces ?? plain ?? '', length: whole.length };
  throw refusedCommand(`"${excerpt(template, at)}" is no placeholder; a placeholder is [[KEY]]`);
}

/** What a backslash and its next character mean: within double quotes it stays before most characters. */
function escapedText(template: string, at: number, quote: Quote, refusal: Dialect['refusal']): string {
  const next = template.charAt(at + 1);
  if (next === '') throw refusal('it ends with a backslash');
  if (next === '\n') return '';
  return quote === '"' && !/[$`"\\]/.test(next) ? `\\${next}` : next;
}

function refuseShell(template: string, at: number, quote: Quote, refusal: Dialect['refusal']) {
  if (quote === "'") return;
  const rest = template.slice(at, at + 2);
  const expands = /^(?:`|\$[\w{(@*#?$!-])/.test(rest);
  if (expands || (quote === '' && /^(?:[|;&<>()\n]|\$['"])/.test(rest))) {
    throw refusal(`"${excerpt(template, at)}" needs a shell`);
  }
}

function excerpt(template: string, at: number): string {
  return template.slice(at, at + 20).split('\n', 1)[0] || 'a line break';
}

function refusedCommand(why: string): AgentError {
  return new AgentError(
    'command-invalid',
    `The custom command cannot be used: ${why}. It is started without a shell: one program and its arguments, with ` +
      'quotes, backslashes and [[KEY]] placeholders. Pipes, redirects, several commands and $-expansions are not ' +
      'allowed; put them into a script of the image, or quote them with single quotes where they are plain text.',
  );
}

function refusedWords(source: string, why: string): AgentError {
  return new AgentError(
    'command-invalid',
    `${source} cannot be used: ${why}. It is one command and its arguments, with quotes and backslashes as in a ` +
      'shell, but no shell reads it: pipes, redirects, several commands and $-expansions are not allowed. Quote them ' +
      'with single quotes where they are plain text.',
  );
}
