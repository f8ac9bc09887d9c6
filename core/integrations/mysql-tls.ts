import { AgentError } from '../errors.ts';
import type { SecretMap } from '../ports.ts';
import { requireTlsForIam, usesIam } from './iam-login.ts';
import type { Command } from './integration.ts';
import { decodeKey } from './key-files.ts';

/** MYSQL_SSL_MODE and the TLS keys of the secret as options of MariaDB's client and files. */
export function mysqlTls(secrets: SecretMap, directory: string): Pick<Command, 'files'> & { argv: string[] } {
  const iam = usesIam(secrets, 'MYSQL');
  const mode = secrets.MYSQL_SSL_MODE || (secrets.MYSQL_SSL_CA || iam ? 'verify-identity' : 'preferred');
  if (iam) requireTlsForIam('MYSQL_SSL_MODE', mode, ['required', 'verify-ca', 'verify-identity']);
  const options = Object.hasOwn(MODES, mode) ? MODES[mode] : undefined;
  if (!options) throw unknownMode(mode);
  const given = KEYS.filter(({ key }) => secrets[key]);
  return {
    argv: [...options, ...given.map(({ option, name }) => `--${option}=${directory}/${name}`)],
    files: given.map(({ key, name }) => ({ name, content: decodeKey(key, secrets[key] ?? '') })),
  };
}

/**
 * The names are those of Oracle's client, the options MariaDB's, which makes sure of TLS only where it verifies the
 * certificate and the host's name in it: with `--ssl` alone it goes on in plain text when the server wants that.
 */
const VERIFIED = ['--ssl-verify-server-cert'];
const MODES: Readonly<Record<string, readonly string[]>> = {
  disabled: ['--skip-ssl'],
  preferred: [],
  required: VERIFIED,
  'verify-ca': VERIFIED,
  'verify-identity': VERIFIED,
};

const KEYS = [
  { key: 'MYSQL_SSL_CA', option: 'ssl-ca', name: 'mysql-ca.pem' },
  { key: 'MYSQL_SSL_CERT', option: 'ssl-cert', name: 'mysql-cert.pem' },
  { key: 'MYSQL_SSL_KEY', option: 'ssl-key', name: 'mysql-key.pem' },
];

function unknownMode(mode: string): AgentError {
  return new AgentError(
    'secrets-invalid',
    `MYSQL_SSL_MODE is ${JSON.stringify(mode.slice(0, 50))}; allowed are ${Object.keys(MODES).join(', ')}. Change it ` +
      'in the secret.',
  );
}
