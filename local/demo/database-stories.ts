import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Story } from './stories.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface Database {
  type: 'postgres-csv' | 'mysql-csv';
  client: string;
  /** The key of the secret, and the variable that the client's own users set for it. */
  keys: Readonly<Record<string, string>>;
}

const databases: readonly Database[] = [
  {
    type: 'postgres-csv',
    client: 'psql',
    keys: {
      PG_HOST: 'PGHOST',
      PG_USER: 'PGUSER',
      PG_PASS: 'PGPASSWORD',
      PG_DB: 'PGDATABASE',
      PG_PORT: 'PGPORT',
    },
  },
  {
    type: 'mysql-csv',
    client: 'mysql',
    keys: {
      MYSQL_HOST: 'MYSQL_HOST',
      MYSQL_USER: 'MYSQL_USER',
      MYSQL_PASS: 'MYSQL_PASS',
      MYSQL_DB: 'MYSQL_DB',
      MYSQL_PORT: 'MYSQL_PORT',
    },
  },
];

/** A task per database that can be reached, its secret variables, and a line per one that cannot. */
export async function databaseStories(environment: Environment) {
  const stories: Story[] = [];
  const variables: Record<string, string> = {};
  const skipped: string[] = [];
  for (const { type, client, keys } of databases) {
    const missing = Object.values(keys).filter((name) => !name.endsWith('PORT') && !environment[name]);
    if (missing.length > 0) skipped.push(`a ${type} task: set ${missing.join(', ')}`);
    else if (!(await isInstalled(client))) skipped.push(`a ${type} task: ${client} is not installed`);
    else {
      const name = `${client}-demo`;
      const secret = Object.entries(keys).flatMap(([key, variable]) =>
        environment[variable] ? [[key, environment[variable]]] : [],
      );
      variables[name.toUpperCase().replace('-', '_')] = JSON.stringify(Object.fromEntries(secret));
      stories.push(databaseStory(name, type));
    }
  }
  return { stories, variables, skipped };
}

function databaseStory(name: string, type: string): Story {
  return {
    title: `a query, as CSV (${type})`,
    target: { name, type, secret_provider: 'env-var', secret_path: name.toUpperCase().replace('-', '_') },
    script: `select 1 as id, 'a, "quoted" text' as text, concat('gary.duck', '@', 'example.com') as email`,
    ends: { status: 'success', reason: 'exited' },
    agent: 'open',
  };
}

async function isInstalled(program: string): Promise<boolean> {
  return promisify(execFile)(program, ['--version']).then(
    () => true,
    () => false,
  );
}
