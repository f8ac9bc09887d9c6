import { AgentError } from '../errors.ts';
import type { SecretMap } from '../ports.ts';
import type { Command } from './integration.ts';

/** The TLS keys of a PostgreSQL secret as files, and the environment that names them to libpq. */
export function keyFiles(secrets: SecretMap, directory: string): Pick<Command, 'env' | 'files'> {
  const given = KEYS.filter(({ key }) => secrets[key]);
  return {
    env: Object.fromEntries(given.map(({ key, name }) => [key, `${directory}/${name}`])),
    files: given.map(({ key, name }) => ({ name, content: decodeKey(key, secrets[key] ?? '') })),
  };
}

const KEYS = [
  { key: 'PGSSLKEY', name: 'client.key' },
  { key: 'PGSSLCERT', name: 'client.crt' },
  { key: 'PGSSLROOTCERT', name: 'root.crt' },
];

/**
 * Base64 by contract. A PEM that somebody stored as it is can be told apart, so it is taken too.
 * @throws AgentError `secrets-invalid` that names the key.
 */
export function decodeKey(key: string, value: string): string | Uint8Array {
  if (value.includes('-----BEGIN ')) return value;
  const base64 = value.replaceAll(/\s/g, '');
  if (/^[A-Za-z0-9+/_-]+={0,2}$/.test(base64)) return Buffer.from(base64, 'base64');
  throw new AgentError(
    'secrets-invalid',
    `${key} must be a PEM file encoded as base64, such as \`base64 --wrap=0 client.key\` prints it. Store it so.`,
  );
}
