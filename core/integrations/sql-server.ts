import { AgentError } from '../errors.ts';
import type { SecretMap } from '../ports.ts';
import type { Command, Integration } from './integration.ts';
import { decodeKey } from './key-files.ts';
import { sqlServerBatches } from './sql-server-batches.ts';
import { sqlServerProgram } from './sql-server-program.ts';

/**
 * T-SQL for SQL Server: a header, rows between tabs, and their number; with FIELD_SEPARATOR rows alone. The client
 * is pymssql on FreeTDS, which both come with Debian; sqlcmd does not.
 */
export const sqlServer: Integration = {
  requiredKeys: ['MSSQL_CONNECTION_URI', 'MSSQL_USER', 'MSSQL_PASS', 'MSSQL_DB'],
  publicKeys: ['MSSQL_CONNECTION_URI', 'MSSQL_USER', 'MSSQL_DB', 'MSSQL_SSL_MODE', 'FIELD_SEPARATOR'],
  missingKeys:
    'sql-server type requires all the following secrets: MSSQL_CONNECTION_URI, MSSQL_USER, MSSQL_PASS, MSSQL_DB',
  command({ script, secrets, directory }) {
    const tls = sqlServerTls(secrets, directory);
    const task = {
      ...serverAddress(secrets.MSSQL_CONNECTION_URI ?? ''),
      user: secrets.MSSQL_USER,
      password: secrets.MSSQL_PASS,
      database: secrets.MSSQL_DB,
      separator: secrets.FIELD_SEPARATOR?.replaceAll('\\t', '\t') || null,
      batches: sqlServerBatches(script),
    };
    return {
      argv: ['python3', '-I', '-u', `${directory}/client.py`, `${directory}/task.json`],
      env: { FREETDSCONF: `${directory}/freetds.conf` },
      stdin: null,
      files: [
        { name: 'client.py', content: sqlServerProgram },
        { name: 'task.json', content: JSON.stringify(task) },
        ...tls,
      ],
    };
  },
};

/** `-S` of sqlcmd: `tcp:host,1433`, `host\instance`; a colon before the port is taken too. */
function serverAddress(address: string): { server: string; port: string } {
  const [, server, port = '1433'] =
    /^(?:tcp:)?([\w.-]+(?:\\[\w$#-]+)?|\[[0-9A-Fa-f:.]+\])(?:[,:]\s*(\d{1,5}))?$/i.exec(address.trim()) ?? [];
  if (server) return { server: server.replaceAll(/[[\]]/g, ''), port };
  throw new AgentError(
    'secrets-invalid',
    'MSSQL_CONNECTION_URI must be the address of a server alone: host, host,port, tcp:host,port or host\\instance. ' +
      'Correct it in the secret; user, password and database have keys of their own.',
  );
}

/** FreeTDS takes these from a file alone: https://www.freetds.org/userguide/freetdsconf.html */
function sqlServerTls(secrets: SecretMap, directory: string): Command['files'] {
  const authority = secrets.MSSQL_SSL_CA;
  const mode = secrets.MSSQL_SSL_MODE || (authority ? 'verify-identity' : 'preferred');
  const encryption = Object.hasOwn(ENCRYPTION, mode) ? ENCRYPTION[mode] : undefined;
  if (!encryption) {
    throw new AgentError(
      'secrets-invalid',
      `MSSQL_SSL_MODE is ${JSON.stringify(mode.slice(0, 50))}; allowed are ${Object.keys(ENCRYPTION).join(', ')}. ` +
        'Change it in the secret.',
    );
  }
  const verifies = mode.startsWith('verify-');
  const lines = [
    '[global]',
    'tds version = 7.4',
    'client charset = UTF-8',
    'text size = 2147483647',
    `encryption = ${encryption}`,
    ...(verifies ? [`ca file = ${authority ? `${directory}/mssql-ca.pem` : 'system'}`] : []),
    ...(verifies ? [`check certificate hostname = ${mode === 'verify-identity' ? 'yes' : 'no'}`] : []),
  ];
  return [
    { name: 'freetds.conf', content: `${lines.join('\n')}\n` },
    ...(verifies && authority
      ? [{ name: 'mssql-ca.pem', content: decodeKey('MSSQL_SSL_CA', authority) }]
      : []),
  ];
}

const ENCRYPTION: Readonly<Record<string, string>> = {
  disabled: 'off',
  preferred: 'request',
  required: 'require',
  'verify-ca': 'require',
  'verify-identity': 'require',
};
