/** What becomes of a meta-command: psql gets it, SQL of the same meaning takes its place, or it is refused. */
export type MetaCommand = { metaCommand: string } | { sql: string } | { refused: string };

/**
 * Judges a meta-command with the rest of its line. Allowed is what describes the database or sets up the output
 * (https://www.postgresql.org/docs/current/app-psql.html#APP-PSQL-META-COMMANDS); nothing else, because most of the
 * others can run a program, read and write files, or connect to another server with the target's password.
 */
export function psqlMetaCommand(line: string, insideStatement: boolean): MetaCommand {
  const command = line.trim();
  if (command === '\\g') return { sql: ';' };
  if (insideStatement)
    return { refused: 'inside a statement the agent takes no psql command. End it with ";" first.' };
  const copy = COPY.exec(command);
  if (copy) return { sql: `copy ${copy[1]};` };
  if (/^\\(?:q|quit)$/.test(command)) return { metaCommand: '\\q' };
  if (!ALLOWED.test(command)) return { refused: `psql may not run it here. Allowed are ${NAMES}.` };
  if (UNSAFE.test(command.slice(1))) {
    return {
      refused:
        'its arguments hold a backslash or a backtick, with which psql would run a program. Remove it.',
    };
  }
  return { metaCommand: command };
}

const NAME =
  /d[A-Za-z]*|l|z|s[fv]|a|t|x|f|H|C|T|pset|timing|set|unset|echo|qecho|warn|conninfo|errverbose|h|help|\?/;
const ALLOWED = new RegExp(`^\\\\(?:${NAME.source})[S+]*(?:\\s.*)?$`);

const NAMES =
  '\\d and its kind, \\l, \\z, \\sf, \\sv, \\a, \\t, \\x, \\f, \\H, \\C, \\T, \\pset, \\timing, \\set, \\unset, ' +
  '\\echo, \\qecho, \\warn, \\conninfo, \\errverbose, \\h, \\g, \\q, and \\copy from stdin or to stdout';

const UNSAFE = /[\\`\0-\x08\x0b-\x1f]/;

/** Through standard input and output, the server's own COPY does the same. */
const COPY = /^\\copy\s+(.*\s(?:from\s+stdin|to\s+stdout)(?![^\s;]).*?)\s*;?$/i;
