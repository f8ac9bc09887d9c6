/**
 * Splits a command as the agent of SSM in a container does, by Google's shlex: single quotes keep all, a backslash
 * keeps the next character, double quotes keep all but both, and `#` at the beginning of a word is a comment.
 */
export function splitByAgent(command: string): string[] {
  if (command.includes('{{')) throw new Error('SSM would replace what is in these braces.');
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < command.length; at++) {
    const character = command.charAt(at);
    if (quote === "'" && character !== "'") word += character;
    else if (character === '\\') {
      at++;
      if (at === command.length) throw new Error('It ends with a backslash.');
      word = (word ?? '') + command.charAt(at);
    } else if (character === quote) quote = '';
    else if (quote === '"') word += character;
    else if (character === "'" || character === '"') {
      quote = character;
      word ??= '';
    } else if (/[ \t\r\n]/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === '#' && word === undefined) {
      while (at + 1 < command.length && command.charAt(at + 1) !== '\n') at++;
    } else word = (word ?? '') + character;
  }
  if (quote !== '') throw new Error('A quote is not closed.');
  return word === undefined ? words : [...words, word];
}
