/**
 * What mongosh runs first. A script piped to mongosh would go on after an error and exit with 0, could not have a
 * line that begins with a dot, and would print a prompt for each line; a script as a file would print no results. So
 * this runs the script as a file, with each of its top-level expressions inside a call that prints its value.
 *
 * mongosh rewrites this code, so that calls of the database need no `await`
 * (https://www.mongodb.com/docs/mongodb-shell/write-scripts/).
 */
export const mongoPrelude = `
{
  const program = require(__dirname + '/program.cjs');
  __show = (value) => {
    if (value === undefined) return;
    if (typeof value?.hasNext !== 'function') return print(program.text(value));
    while (value.hasNext()) print(program.text(value.next()));
  };
  program.write(__dirname);
  db = connect(program.takeUri(__dirname));
}
load(__dirname + '/program.js');
`;

/** A plain module of Node.js, which mongosh does not rewrite: from script.js to program.js, line by line the same. */
export const mongoProgram = String.raw`
const { readFileSync, realpathSync, rmSync, writeFileSync } = require('node:fs');
const { inspect } = require('node:util');
// The parser that mongosh itself uses.
const { parse } = require('node:module').createRequire(realpathSync(process.argv[1]))('@babel/parser');
const options = { allowAwaitOutsideFunction: true, createParenthesizedExpressions: true };
const unlimited = { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity };

exports.write = (directory) => {
  const { source, statements } = parsed(readFileSync(directory + '/script.js', 'utf8').replace(/^\uFEFF/, ''));
  let program = '';
  let at = 0;
  for (const { type, expression } of statements) {
    if (type !== 'ExpressionStatement' || expression.type === 'AssignmentExpression') continue;
    const text = source.slice(expression.start, expression.end);
    program += source.slice(at, expression.start) + (/^(exit|quit)$/.test(text) ? text + '()' : '__show(' + text + ')');
    at = expression.end;
  }
  writeFileSync(directory + '/program.js', program + source.slice(at), { mode: 0o600 });
};

/** The script finds it no more. */
exports.takeUri = (directory) => {
  const uri = readFileSync(directory + '/uri', 'utf8');
  rmSync(directory + '/uri');
  return uri;
};

/** Documents whole, without the limits that are for a person's screen; what mongosh made itself as mongosh does. */
exports.text = (value) => {
  const ownKind = value !== null && typeof value === 'object' && value[Symbol.for('@@mongosh.shellApiType')];
  return ownKind || typeof value !== 'object' ? value : inspect(value, unlimited);
};

function parsed(source) {
  for (;;) {
    try {
      const { directives, body } = parse(source, options).program;
      // A text at the very beginning is an expression for whoever wrote it.
      const texts = directives.filter(({ value }) => value.value !== 'use strict');
      const statements = texts.map(({ value }) => ({ type: 'ExpressionStatement', expression: value }));
      return { source, statements: [...statements, ...body] };
    } catch (error) {
      source = withoutCommand(source, error);
    }
  }
}

/** Two commands of the shell are no JavaScript: "use shop" and "show collections". */
function withoutCommand(source, error) {
  const lines = source.split('\n');
  const at = error.loc ? error.loc.line - 1 : 0;
  const command = /^\s*(use|show)\s+([^\s"'();]+(?:\s+[^\s"'();]+)?)\s*;?\s*$/.exec(lines[at]);
  if (!command) throw new SyntaxError(error.message.replace(/\((\d+):(\d+)\)$/, 'in line $1, column $2 of the script'));
  lines[at] = command[1] + '(' + JSON.stringify(command[2]) + ');';
  return lines.join('\n');
}
`;
