import { AgentError } from '../errors.ts';
import { psqlMetaCommand } from './psql-meta-command.ts';
import { endOfDollarQuote, endOfNestedComment, endOfQuote } from './sql-tokens.ts';

/** A stretch of SQL, with the line of the script where it begins, or a command of psql itself. */
export type PsqlPart = { sql: string; line: number } | { metaCommand: string };

/**
 * Cuts a script of psql into SQL and the meta-commands between its statements, so that psql can be told to take no
 * meta-command out of the SQL: what is overlooked here fails there.
 * @throws AgentError `command-invalid` for a meta-command that could reach a program, a file or another server, and
 * for one inside a statement.
 */
export function psqlParts(script: string): PsqlPart[] {
  // The usual case, where there is nothing to find.
  if (!script.includes('\\')) return [{ sql: script, line: 1 }];

  const parts: PsqlPart[] = [];
  const statement = openStatement();
  let sql = '';
  let line = 1;
  let from = 0;
  const lineAt = lineCounter(script);
  const keep = (to: number) => {
    sql += script.slice(from, to);
    from = to;
  };

  for (let at = 0; at < script.length; ) {
    if (script[at] !== '\\') {
      at = statement.take(script, at);
      continue;
    }
    keep(at);
    const end = lineEnd(script, at);
    const found = psqlMetaCommand(script.slice(at, end), statement.isOpen());
    if ('refused' in found) throw refusal(script.slice(at, end), lineAt(at), found.refused);
    if ('sql' in found) {
      // A stretch of SQL goes on, with the command's own words in it.
      sql += found.sql;
      for (let word = 0; word < found.sql.length; ) word = statement.take(found.sql, word);
    } else {
      parts.push({ sql, line });
      sql = '';
      line = lineAt(end) + 1;
      if (found.metaCommand === '\\q') return parts;
      parts.push(found);
    }
    at = 'sql' in found ? end : end + 1;
    from = at;
  }
  keep(script.length);
  return [...parts, { sql, line }].filter((part) => !('sql' in part) || part.sql.trim() !== '');
}

interface Statement {
  /** Reads one token; returns where the next begins. */
  take(script: string, at: number): number;
  /** Whether something came since the last statement ended, or its data is yet to come. */
  isOpen(): boolean;
}

/** Follows psql's own reading as far as it takes to tell where a statement, a string or the data of COPY ends. */
function openStatement(): Statement {
  let firstWord = '';
  let lastWord = '';
  let fromStdin = false;
  let open = false;
  let depth = 0;
  let dataFollows = false;

  function take(script: string, at: number): number {
    const character = script[at] ?? '';
    if (character === '\n' && dataFollows) {
      dataFollows = false;
      return endOfCopyData(script, at + 1);
    }
    if (/\s/.test(character)) return at + 1;
    if (script.startsWith('--', at)) return lineEnd(script, at);
    if (script.startsWith('/*', at)) return endOfNestedComment(script, at);
    if (character === ';' && depth === 0) {
      dataFollows = firstWord === 'copy' && fromStdin;
      [firstWord, lastWord, fromStdin, open] = ['', '', false, false];
      return at + 1;
    }
    open = true;
    if (character === '(') depth++;
    if (character === ')') depth = Math.max(0, depth - 1);
    if (character === "'" || character === '"') return endOfQuote(script, at, false);
    if (character === '$') return endOfDollarQuote(script, at);
    return takeWord(script, at);
  }

  function takeWord(script: string, at: number): number {
    WORD.lastIndex = at;
    const word = WORD.exec(script)?.[0].toLowerCase() ?? '';
    if (word === '') return at + 1;
    const end = at + word.length;
    if (word === 'e' && script[end] === "'") return endOfQuote(script, end, true);
    firstWord ||= word;
    fromStdin ||= lastWord === 'from' && word === 'stdin';
    lastWord = word;
    return end;
  }

  return { take, isOpen: () => open || dataFollows };
}

const WORD = /[A-Za-z_0-9\u0080-\uffff][\w$\u0080-\uffff]*/y;

function lineEnd(script: string, at: number): number {
  const end = script.indexOf('\n', at);
  return end < 0 ? script.length : end;
}

/** Numbers of lines, for positions that grow. */
function lineCounter(script: string): (at: number) => number {
  let line = 1;
  let counted = 0;
  return (at) => {
    for (let end = lineEnd(script, counted); end < at; end = lineEnd(script, counted)) {
      counted = end + 1;
      line++;
    }
    return line;
  };
}

/** Behind the line `\.`, where the data ends. */
function endOfCopyData(script: string, at: number): number {
  const end = /^\\\.\r?$/gm;
  end.lastIndex = at;
  const found = end.exec(script);
  return found ? found.index + found[0].length : script.length;
}

function refusal(command: string, line: number, why: string): AgentError {
  const name = /^\\\S{0,20}/.exec(command)?.[0];
  return new AgentError('command-invalid', `The script has ${name} in line ${line}: ${why}`);
}
