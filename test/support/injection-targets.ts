import type { SecretMap } from '../../core/ports.ts';
import { mongoshMissing, mongoshPath, startMongodb } from './fake-mongodb.ts';
import { startSqlServer } from './fake-sql-server.ts';
import { mariadbMissing, startMariadb } from './mariadb.ts';
import { postgresMissing, startPostgres } from './postgres.ts';
import { pymssqlMissing, pymssqlPath } from './pymssql.ts';

/** A type whose script and secret must not become anything but what they are. */
export interface InjectionTarget {
  type: string;
  /** Why it cannot be tried on this machine. */
  missing: string | undefined;
  /** A secret that works, and how to end what it needs. */
  start(): Promise<{ secret: SecretMap; stop(): Promise<void> }>;
  /** Where hostile text goes: `script`, and keys of the secret. */
  places: readonly string[];
  /** The script that a hostile text becomes; the text itself unless given. */
  scriptOf?: (text: string) => string;
  /** PATH, where the client is not on the usual one. */
  path?: string | undefined;
}

const password = 'pass-word-1';

export const injectionTargets: readonly InjectionTarget[] = [
  {
    type: 'postgres',
    missing: postgresMissing,
    places: [
      'script',
      'PG_HOST',
      'PG_PORT',
      'PG_USER',
      'PG_PASS',
      'PG_DB',
      'FIELD_SEPARATOR',
      'PGOPTIONS',
      'PGSSLKEY',
    ],
    async start() {
      const server = await startPostgres({ password });
      const { host = '', port = 0, user = '', database = '' } = server ?? {};
      const secret = {
        PG_HOST: host,
        PG_PORT: String(port),
        PG_USER: user,
        PG_PASS: password,
        PG_DB: database,
      };
      return { secret, stop: async () => server?.stop() };
    },
  },
  {
    type: 'mysql-csv',
    missing: mariadbMissing,
    places: [
      'script',
      'MYSQL_HOST',
      'MYSQL_PORT',
      'MYSQL_USER',
      'MYSQL_PASS',
      'MYSQL_DB',
      'FIELD_SEPARATOR',
      'MYSQL_SSL_CA',
    ],
    async start() {
      const server = await startMariadb({ password });
      const { host = '', port = 0, user = '', database = '' } = server ?? {};
      const secret = { MYSQL_HOST: host, MYSQL_PORT: String(port), MYSQL_USER: user, MYSQL_PASS: password };
      return { secret: { ...secret, MYSQL_DB: database }, stop: async () => server?.stop() };
    },
  },
  {
    type: 'mongodb',
    missing: mongoshMissing,
    // The script is a program: what it may do is for the container to say.
    places: ['MONGO_CONNECTION_URI', 'MONGO_TLS_CA'],
    path: mongoshPath,
    async start() {
      const { port, stop } = await startMongodb({ user: 'app', password });
      return { secret: { MONGO_CONNECTION_URI: `mongodb://app:${password}@127.0.0.1:${port}/shop` }, stop };
    },
  },
  {
    type: 'sql-server',
    missing: pymssqlMissing,
    places: [
      'script',
      'MSSQL_CONNECTION_URI',
      'MSSQL_USER',
      'MSSQL_PASS',
      'MSSQL_DB',
      'FIELD_SEPARATOR',
      'MSSQL_SSL_CA',
    ],
    path: pymssqlPath,
    async start() {
      const { port, stop } = await startSqlServer({ user: 'app', password });
      const secret = { MSSQL_CONNECTION_URI: `127.0.0.1,${port}`, MSSQL_USER: 'app', MSSQL_PASS: password };
      return { secret: { ...secret, MSSQL_DB: 'shop' }, stop };
    },
  },
];
