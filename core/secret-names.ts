/** Whether a key says itself that its value is a secret. */
export function isSecretName(key: string): boolean {
  return SECRET_PART.test(key);
}

/**
 * Whether a key says plainly that its value is a setting, which stays readable in the output. In English the last
 * word decides: `DB_USER` is a user, `USER_PIN` is not. What says that it is a secret is never a setting.
 */
export function isPublicName(key: string): boolean {
  const words = key
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .match(/[a-z]+/g);
  const last = words?.at(-1) ?? '';
  return !isSecretName(key) && (SETTINGS.has(last) || SETTINGS.has(last.replace(PRODUCT, '')));
}

/** The last of the words are Portuguese and Spanish; a PIN is one only as a word of its own. */
const SECRET_PART = new RegExp(
  'pass|secret|token|key|credential|pwd|auth|private|cert|webhook|' +
    '(?<![a-z])(?:pin|otp)(?![a-z])|senha|chave|clave|contrase',
  'i',
);
/** The same for a runner in another language. */
export const secretNamePattern = SECRET_PART.source;

/** libpq and others write `PGHOST` and `dbname` in one word. */
const PRODUCT = /^(?:pg|mysql|mongo|mssql|redis|db|rds|ssl)+/;

const SETTINGS = new Set([
  ...['host', 'hostname', 'server', 'endpoint', 'addr', 'address', 'port'],
  ...['db', 'database', 'schema', 'table', 'keyspace', 'user', 'username', 'owner', 'role'],
  ...['region', 'zone', 'namespace', 'cluster', 'service', 'container', 'deployment', 'project', 'bucket'],
  ...['app', 'application', 'name', 'identifier', 'env', 'environment', 'stage', 'version'],
  ...['type', 'engine', 'driver', 'dialect', 'mode', 'level', 'format', 'separator'],
  ...['locale', 'lang', 'language', 'timezone', 'tz', 'path', 'dir', 'directory', 'file'],
]);
