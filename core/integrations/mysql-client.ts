import { AgentError } from '../errors.ts';
import type { Command, IntegrationInput } from './integration.ts';
import { mysqlTls } from './mysql-tls.ts';

/** What the types on the mysql client have in common. */
export const mysqlKeys = {
  requiredKeys: ['MYSQL_HOST', 'MYSQL_USER', 'MYSQL_PASS', 'MYSQL_DB'],
  publicKeys: [
    ...['MYSQL_HOST', 'MYSQL_PORT', 'MYSQL_USER', 'MYSQL_DB', 'MYSQL_SSL_MODE', 'MYSQL_AUTH'],
    ...['PRESERVE_COMMENTS', 'FIELD_SEPARATOR'],
  ],
  missingKeys: 'Mysql type requires all the following secrets: MYSQL_HOST, MYSQL_USER, MYSQL_PASS, MYSQL_DB',
} as const;

/**
 * The mysql client of MariaDB or Oracle with the script on standard input, stopping at the first error with exit
 * code 1. Unless TLS is asked for, only options that both clients know. In binary mode the client has no commands of
 * its own but `delimiter` and `\\C` (https://mariadb.com/kb/en/mariadb-command-line-client/).
 */
export function mysqlCommand(
  { script, secrets, directory }: IntegrationInput,
  format: string[] = [],
): Command {
  refuseConnectionString(secrets.MYSQL_HOST ?? '');
  const tls = mysqlTls(secrets, directory);
  return {
    argv: [
      'mysql',
      '--no-defaults', // only where it is the first
      '--batch',
      '--binary-mode', // else the script could run programs, read files and connect elsewhere with the password
      '--unbuffered', // else what it printed is lost when it is ended
      '--quick', // rows go out as they come: a large result does not fill the memory
      '--default-character-set=utf8mb4', // `utf8` has no emoji
      '--max-allowed-packet=1073741824', // the server's own limit decides
      '--connect-timeout=30',
      '--local-infile=0', // else a server may ask for any file of ours
      '--protocol=TCP', // else "localhost" means a socket, and the port is ignored
      secrets.PRESERVE_COMMENTS === 'true' ? '--comments' : '--skip-comments',
      `--host=${secrets.MYSQL_HOST}`,
      `--port=${secrets.MYSQL_PORT || '3306'}`,
      `--user=${secrets.MYSQL_USER}`,
      `--database=${secrets.MYSQL_DB}`,
      ...tls.argv,
      ...format,
    ],
    env: { MYSQL_PWD: secrets.MYSQL_PASS ?? '' },
    stdin: script,
    files: tls.files,
  };
}

/** MariaDB's client takes a host with "=" or ";" for a whole connection, and goes to another host without a word. */
function refuseConnectionString(host: string) {
  if (!/[=;]/.test(host)) return;
  throw new AgentError(
    'secrets-invalid',
    'MYSQL_HOST holds a connection string; it must be the name or address of a host alone. Put the rest of it into ' +
      'MYSQL_PORT, MYSQL_USER, MYSQL_PASS and MYSQL_DB.',
  );
}
