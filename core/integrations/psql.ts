import { AgentError } from '../errors.ts';
import type { SecretMap } from '../ports.ts';
import { requireTlsForIam, usesIam } from './iam-login.ts';
import type { Command, IntegrationInput } from './integration.ts';
import { keyFiles } from './key-files.ts';
import { type PsqlPart, psqlParts } from './psql-script.ts';

/** What the types on psql have in common. */
export const postgresKeys = {
  requiredKeys: ['PG_HOST', 'PG_USER', 'PG_PASS', 'PG_DB'],
  publicKeys: ['PG_HOST', 'PG_PORT', 'PG_USER', 'PG_DB', 'PG_AUTH', 'PGSSLMODE', 'FIELD_SEPARATOR'],
  missingKeys: 'Postgres type requires all the following secrets: PG_HOST, PG_USER, PG_PASS, PG_DB',
} as const;

/**
 * psql with the script as files, which stops at the first error with exit code 3. SQL is read in psql's restricted
 * mode, in which it runs no meta-command, wherever one may hide: in a variable, for example. An older psql does not
 * know \restrict and ends before the script begins.
 */
export function psqlCommand({ script, secrets, directory }: IntegrationInput, format: string[]): Command {
  refuseConnectionString(secrets.PG_DB ?? '');
  refuseNul(script);
  const keys = keyFiles(secrets, directory);
  const { argv, files } = restricted(psqlParts(script), directory);
  return {
    argv: [
      'psql',
      '--no-psqlrc',
      '--no-password',
      '--set=ON_ERROR_STOP=1',
      ...format,
      `--host=${secrets.PG_HOST}`,
      `--port=${secrets.PG_PORT || '5432'}`,
      `--username=${secrets.PG_USER}`,
      `--dbname=${secrets.PG_DB}`,
      ...argv,
    ],
    env: { ...connectionEnvironment(secrets), ...keys.env, PGPASSWORD: secrets.PG_PASS ?? '' },
    stdin: null,
    files: [...keys.files, ...files],
  };
}

/** Whoever wrote the script cannot know the word that ends the restricted mode. */
function restricted(parts: PsqlPart[], directory: string): Pick<Command, 'files'> & { argv: string[] } {
  const word = crypto.randomUUID().replaceAll('-', '');
  const argv = [`--command=\\restrict ${word}`];
  const files: { name: string; content: string }[] = [];
  for (const part of parts) {
    if ('sql' in part) {
      const name = part.line === 1 ? 'script.sql' : `script-from-line-${part.line}.sql`;
      files.push({ name, content: part.sql });
      argv.push(`--file=${directory}/${name}`);
    } else {
      argv.push(
        `--command=\\unrestrict ${word}`,
        `--command=${part.metaCommand}`,
        `--command=\\restrict ${word}`,
      );
    }
  }
  return { argv, files };
}

/** libpq's own settings (https://www.postgresql.org/docs/current/libpq-envars.html), where the secret has them. */
function connectionEnvironment(secrets: SecretMap): Record<string, string> {
  const given = LIBPQ_SETTINGS.map((key) => [key, secrets[key] ?? '']).filter(([, value]) => value !== '');
  const settings = { PGCLIENTENCODING: 'UTF8', PGCONNECT_TIMEOUT: '30', ...Object.fromEntries(given) };
  if (!usesIam(secrets, 'PG')) return settings;
  const PGSSLMODE = secrets.PGSSLMODE || 'require';
  requireTlsForIam('PGSSLMODE', PGSSLMODE, ['require', 'verify-ca', 'verify-full']);
  return { ...settings, PGSSLMODE };
}

const LIBPQ_SETTINGS = [
  'PGSSLMODE',
  'PGSSLNEGOTIATION',
  'PGSSLCRL',
  'PGSSLSNI',
  'PGREQUIRESSL',
  'PGSSLMINPROTOCOLVERSION',
  'PGCHANNELBINDING',
  'PGTARGETSESSIONATTRS',
  'PGCONNECT_TIMEOUT',
  'PGCLIENTENCODING',
  'PGAPPNAME',
  'PGOPTIONS',
  'PGTZ',
];

/** psql would take it for a whole connection, with another host perhaps, and its password would be in argv. */
function refuseConnectionString(database: string) {
  if (!/=|^postgres(?:ql)?:\/\//i.test(database)) return;
  throw new AgentError(
    'secrets-invalid',
    'PG_DB holds a connection string; it must be the name of a database alone. Put the rest of it into PG_HOST, ' +
      'PG_PORT, PG_USER, PG_PASS and PGSSLMODE.',
  );
}

/** psql silently drops the rest of a line behind a NUL, and so would run another statement than was asked for. */
function refuseNul(script: string) {
  const at = script.indexOf('\0');
  if (at < 0) return;
  throw new AgentError(
    'command-invalid',
    `The script has a NUL character at position ${at + 1}, which psql cannot read. Remove it from the script.`,
  );
}
