import type { LocalDetector } from '../detector.ts';

/**
 * Passwords that follow their word after a space: `PASSWORD 'x'` and `IDENTIFIED BY 'x'` of SQL, which databases quote
 * in errors and logs; `--password x`, `curl -u name:x` and `mysql -px` of command lines, as `set -x` prints them.
 */
export const passwordArgument: LocalDetector = {
  infoTypes: ['PASSWORD'],
  looksAt: [
    ...['password ', 'passwd ', 'passphrase ', 'token ', 'secret ', 'identified '],
    ...['api-key ', 'access-key ', 'secret-key ', 'secret-access-key ', 'account-key '],
    ...['curl ', 'mysql', 'mariadb'],
  ],
  find({ text }, at, report) {
    const slice = text.slice(at, at + CHARACTERS_MAX);
    const newline = slice.indexOf('\n');
    const line = newline < 0 ? slice : slice.slice(0, newline);
    for (const pattern of OPTION_BEFORE.test(text.slice(Math.max(0, at - 24), at)) ? [OPTION] : COMMANDS) {
      const match = pattern.exec(line);
      const value = match?.groups?.value;
      if (!match || value === undefined) continue;
      const end = at + match[0].length;
      report('PASSWORD', end - value.length, end);
      return end;
    }
    return undefined;
  },
};

const CHARACTERS_MAX = 512;

const OPTION_BEFORE = /(?:^|[\s"'])--(?:[a-z]+-){0,3}$/i;
/** Not what a help text has in place of a value: `--password string`, `--token <token>`, `--secret NAME`. */
const OPTION =
  /^[\w-]+ +["']?(?!string\b|text\b|file\b|[A-Z_]+(?:[\s;,\])]|$)|[-<[$])(?<value>(?<=["'])[^"']+|[^\s"']+)/;

/** What the patterns match ends with the value. */
const COMMANDS = [
  /^(?:password|passwd|identified +(?:with +\S+ +)?(?:by|as)(?: +password)?) +'(?<value>(?:[^']|'')+)/i,
  /^curl\s(?:.*?\s)?(?:-u|--user)[ =]?["']?(?<value>[^\s"':]+:[^\s"']+)/,
  /^(?:mysql|mariadb)\S*\s(?:.*?\s)?-p(?<value>[^\s"']{3,})/,
];
