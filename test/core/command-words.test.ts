import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandWords, scriptWords } from '../../core/command-words.ts';
import { AgentError } from '../../core/errors.ts';

describe('the words of a custom command', () => {
  it('are split by spaces, quotes and backslashes', () => {
    expect(texts(`a  "b c"'d e'f\\ g\t'' "\\"\\q\\\\" \\'`)).toEqual(['a', 'b cd ef g', '', '"\\q\\', "'"]);
    expect(texts('one\\\ntwo "th\\\nree"')).toEqual(['onetwo', 'three']);
    expect(texts(`cost '$5|` + "`;&'" + ' 5$ "5$"')).toEqual(['cost', '$5|`;&', '5$', '5$']);
  });

  it('leave what only a shell would expand as it is', () => {
    expect(texts('ls *.txt ~ {a,b} #c !d %e')).toEqual(['ls', '*.txt', '~', '{a,b}', '#c', '!d', '%e']);
  });

  it.for([
    ...['a | b', 'a; b', 'a & b', 'a > b', 'a < b', 'a && b', '(a)', 'a\nb', 'a |'],
    ...['a `b`', 'a "`b`"', 'a $(b)', 'a "$(b)"', 'a $HOME', 'a "$'.concat('{HOME}"'), 'a $1', "a $'b'"],
  ])('are none of a shell: %j', (template) => {
    expect(() => commandWords(template)).toThrow('needs a shell. It is started without a shell: one program');
  });

  it.for([
    ['a [[#KEY]]b[[/KEY]]', '"[[#KEY]]b[[/KEY]]" is no placeholder'],
    ['a [[KEY', '"[[KEY" is no placeholder'],
    ['a [[]]', '"[[]]" is no placeholder'],
    ["a 'b", "it has a ' that is never closed"],
    ['a "b', 'it has a " that is never closed'],
    ['a \\', 'it ends with a backslash'],
  ])('say what is wrong with %s', ([template = '', why]) => {
    expect(() => commandWords(template)).toThrow(`The custom command cannot be used: ${why}`);
  });

  it('are those of sh, wherever they are accepted', () => {
    const template = fc.string({ unit: fc.constantFrom(...`ab '"\\\n\t$;|&<>()=%+-,é`), maxLength: 24 });
    fc.assert(
      fc.property(template, (random) => {
        const words = acceptedTexts(random);
        if (words) expect(words).toEqual(wordsOfShell(random));
      }),
      { numRuns: 300 },
    );
  });
});

describe('the words of a script', () => {
  it('are split as those of a custom command, without placeholders', () => {
    expect(scriptWords(` get pods -l 'app in (a, b)' [[KEY]] {{ .x }}\n`)).toEqual([
      ...['get', 'pods', '-l', 'app in (a, b)', '[[KEY]]', '{{', '.x', '}}'],
    ]);
    expect(scriptWords('get pods \\\n  -o "jsonpath={.items[*].metadata.name}"')).toEqual([
      ...['get', 'pods', '-o', 'jsonpath={.items[*].metadata.name}'],
    ]);
  });

  it('may begin with the program or not', () => {
    expect(scriptWords('kubectl get pods', 'kubectl')).toEqual(['get', 'pods']);
    expect(scriptWords('get kubectl', 'kubectl')).toEqual(['get', 'kubectl']);
    expect(scriptWords('kubectl get pods')).toEqual(['kubectl', 'get', 'pods']);
  });

  it.for(['', ' \n\t ', 'kubectl', "'kubectl'\n"])('are missing in %j', (script) => {
    expect(() => scriptWords(script, 'kubectl')).toThrow('The script cannot be used: it is empty. It is one');
  });

  it.for(['a | b', 'a; b', 'a && b', 'a\nb', 'a $(b)', 'a `b`', 'a "$HOME"', 'a > b', 'a & b'])(
    'are none of a shell: %j',
    (script) => {
      expect(() => scriptWords(script)).toThrow(/^The script cannot be used: ".+" needs a shell\. It is one/);
      expect(() => scriptWords(script, 'a', 'THAT_KEY')).toThrow(/^THAT_KEY cannot be used: ".+" needs a sh/);
    },
  );

  it('say what is not closed', () => {
    expect(() => scriptWords(`get 'pods`)).toThrow(`it has a ' that is never closed`);
    expect(() => scriptWords('get pods \\')).toThrow('it ends with a backslash');
  });
});

function texts(template: string): string[] {
  return commandWords(template).map((word) =>
    word.map((part) => ('text' in part ? part.text : `[[${part.key}]]`)).join(''),
  );
}

function acceptedTexts(template: string): string[] | undefined {
  try {
    return texts(template);
  } catch (thrown) {
    if (thrown instanceof AgentError) return undefined;
    throw thrown;
  }
}

function wordsOfShell(template: string): string[] {
  const script = `set -f; set -- ${template}\nfor word do printf '%s\\0' "$word"; done`;
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
}
