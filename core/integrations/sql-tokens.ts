/** Where tokens of SQL end that may hold anything: each function returns the position behind it. */

/**
 * `at` is the opening quote; with `escapes` a single one. A doubled quote does not end it, nor with `escapes` one
 * behind a backslash.
 */
export function endOfQuote(script: string, at: number, escapes: boolean): number {
  const quote = script[at] ?? '';
  const special = escapes ? /['\\]/g : undefined;
  for (let from = at + 1; ; ) {
    const end = special ? next(special, script, from) : script.indexOf(quote, from);
    if (end < 0) return script.length;
    if (script[end] === quote && script[end + 1] !== quote) return end + 1;
    from = end + 2;
  }
}

function next(pattern: RegExp, script: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(script)?.index ?? -1;
}

/** `at` is a dollar sign, which may be no quote at all: `$1`. */
export function endOfDollarQuote(script: string, at: number): number {
  OPENING.lastIndex = at;
  const tag = OPENING.exec(script)?.[0];
  if (tag === undefined) return at + 1;
  const end = script.indexOf(tag, at + tag.length);
  return end < 0 ? script.length : end + tag.length;
}

const OPENING = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;

/** PostgreSQL's comments nest. */
export function endOfNestedComment(script: string, at: number): number {
  const bracket = /\/\*|\*\//g;
  bracket.lastIndex = at;
  let depth = 0;
  for (let found = bracket.exec(script); found; found = bracket.exec(script)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return bracket.lastIndex;
  }
  return script.length;
}
