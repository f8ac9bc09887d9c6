import { AgentError } from '../errors.ts';
import { endOfNestedComment, endOfQuote } from './sql-tokens.ts';

/** What goes to the server at once, how many times, and the line of the script where it begins. */
export interface SqlServerBatch {
  sql: string;
  times: number;
  line: number;
}

/**
 * Cuts a script where a line says `GO` or `GO 5`, as sqlcmd does
 * (https://learn.microsoft.com/sql/t-sql/language-elements/sql-server-utilities-statements-go).
 * @throws AgentError `command-invalid` for the commands of sqlcmd itself: they run programs, read files and connect
 * to other servers.
 */
export function sqlServerBatches(script: string): SqlServerBatch[] {
  const batches: SqlServerBatch[] = [];
  let line = 1;
  let counted = 0;
  let from = 0;
  let lineStart = true;
  const lineAt = (at: number) => {
    for (let end = script.indexOf('\n', counted); end >= 0 && end < at; end = script.indexOf('\n', counted)) {
      counted = end + 1;
      line++;
    }
    return line;
  };
  const add = (to: number, times: number) => {
    const sql = script.slice(from, to);
    if (sql.trim() !== '') batches.push({ sql, times, line: lineAt(from) });
  };

  for (let at = 0; at < script.length; ) {
    const separator = lineStart ? matchAt(GO, script, at) : null;
    if (separator) {
      add(at, Number(separator[1] ?? 1));
      at += separator[0].length;
      from = at;
      continue;
    }
    const command = lineStart ? matchAt(SQLCMD_COMMAND, script, at) : null;
    if (command) throw refusal(command[0].trim(), lineAt(at));
    lineStart = script[at] === '\n';
    at = endOfToken(script, at);
  }
  add(script.length, 1);
  return batches;
}

const GO = /[ \t]*go(?:[ \t]+(\d{1,6}))?[ \t]*;?[ \t]*\r?(?:\n|$)/iy;
const NAMES = /r|setvar|connect|out|error|perftrace|ed|list|listvar|reset|quit|exit|on|help|serverlist|xml/;
const SQLCMD_COMMAND = new RegExp(`[ \\t]*(?:!!|:\\s*!!|:\\s*(?:${NAMES.source})\\b)`, 'iy');

function matchAt(pattern: RegExp, script: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(script);
}

function endOfToken(script: string, at: number): number {
  const character = script[at];
  if (character === "'" || character === '"') return endOfQuote(script, at, false);
  if (character === '[') return endOfBracket(script, at);
  if (script.startsWith('/*', at)) return endOfNestedComment(script, at);
  if (!script.startsWith('--', at)) return at + 1;
  const end = script.indexOf('\n', at);
  return end < 0 ? script.length : end;
}

function endOfBracket(script: string, at: number): number {
  const end = script.indexOf(']', at);
  return end < 0 ? script.length : end + 1;
}

function refusal(command: string, line: number): AgentError {
  return new AgentError(
    'command-invalid',
    `The script has ${command} in line ${line}, a command of sqlcmd. The agent sends SQL alone, in batches that a ` +
      'line with GO ends. Take the command out.',
  );
}
