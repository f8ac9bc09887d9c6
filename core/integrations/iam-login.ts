import { AgentError } from '../errors.ts';
import type { Spec } from '../execution.ts';
import type { SecretMap } from '../ports.ts';
import { addMappedSecrets } from '../secret-mapping.ts';

/** Who logs in where to a database of RDS with a token in place of a password. */
export interface IamLogin {
  host: string;
  port: number;
  user: string;
  region: string;
}

/** Makes a token that is good for a login within 15 minutes. Throws AgentError `secrets-invalid`. */
export type DatabaseToken = (login: IamLogin) => Promise<string>;

/**
 * The secret, in which a new token is the password where PG_AUTH or MYSQL_AUTH is `aws-iam`.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
 * @throws AgentError `secrets-invalid` when it says something else, or a key for the token is missing.
 */
export async function withDatabaseToken(
  secret: SecretMap,
  spec: Pick<Spec, 'type' | 'secretMapping' | 'taskId'>,
  token: DatabaseToken,
): Promise<SecretMap> {
  const database = Object.hasOwn(DATABASES, spec.type) ? DATABASES[spec.type] : undefined;
  if (!database) return secret;
  const keys = addMappedSecrets(secret, spec);
  const { prefix, port } = database;
  if (!usesIam(keys, prefix)) return secret;

  const host = keys[`${prefix}_HOST`];
  const user = keys[`${prefix}_USER`];
  // What these two lack is said with the other keys that are missing.
  const unsigned = { ...secret, [`${prefix}_PASS`]: 'none' };
  if (!host || !user) return unsigned;
  const login = {
    host,
    user,
    port: Number(keys[`${prefix}_PORT`] || port),
    region: regionOf(host, keys.AWS_REGION),
  };
  return { ...secret, [`${prefix}_PASS`]: await token(login) };
}

/** Whether the database takes a token. It must travel through TLS, because it is sent as it is. */
export function usesIam(secrets: SecretMap, prefix: 'PG' | 'MYSQL'): boolean {
  const key = `${prefix}_AUTH`;
  const value = secrets[key] || 'password';
  if (value === 'password' || value === 'aws-iam') return value === 'aws-iam';
  throw new AgentError(
    'secrets-invalid',
    `${key} is ${JSON.stringify(value.slice(0, 50))}; allowed are password and aws-iam. Change it in the secret.`,
  );
}

/** @throws AgentError `secrets-invalid` for a mode that would send the token in plain text. */
export function requireTlsForIam(key: string, mode: string, allowed: readonly string[]): void {
  if (allowed.includes(mode)) return;
  throw new AgentError(
    'secrets-invalid',
    `${key} is ${JSON.stringify(mode.slice(0, 50))}, with which the token of IAM could travel in plain text. Allowed ` +
      `are ${allowed.join(', ')}. Change it in the secret.`,
  );
}

const DATABASES: Readonly<Record<string, { prefix: 'PG' | 'MYSQL'; port: string }>> = {
  postgres: { prefix: 'PG', port: '5432' },
  'postgres-csv': { prefix: 'PG', port: '5432' },
  mysql: { prefix: 'MYSQL', port: '3306' },
  'mysql-csv': { prefix: 'MYSQL', port: '3306' },
};

function regionOf(host: string, given: string | undefined): string {
  const [, inHost] = /\.([a-z]{2}(?:-[a-z]+)+-\d)\.rds\.amazonaws\.com(?:\.cn)?\.?$/i.exec(host) ?? [];
  const region = given || inHost?.toLowerCase();
  if (region) return region;
  throw new AgentError(
    'secrets-invalid',
    'The host of the database does not tell its region. Add AWS_REGION, such as eu-west-1, to the secret, or use the ' +
      'address that RDS gave the database.',
  );
}
