import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Emulator } from '../support/emulator.ts';
import { startMariadb } from '../support/mariadb.ts';
import { startPostgres } from '../support/postgres.ts';
import { databaseKeys, type TestDatabase } from '../support/server-process.ts';
import { awsAddress } from './aws/container-network.ts';
import { type Planted, plantedSecrets } from './scan/planted.ts';

/** What the customer has before the agent comes: databases, and secrets with their passwords. */
export interface Targets {
  planted: Planted;
  /** The ARN of the secret with the organisation's agent token. */
  tokenSecret: string;
  close(): Promise<void>;
}

/** The agent may read what begins with `runops/`, as its default is. */
export const secretPaths = {
  postgres: 'runops/billing',
  mysql: 'runops/shop',
  tools: 'runops/tools',
  forbidden: 'payroll/production',
};

export async function startTargets(emulator: Emulator, token: string): Promise<Targets> {
  const planted = plantedSecrets(Object.keys(secretPaths));
  const plantedFor = (name: keyof typeof secretPaths) => planted[`secret ${name}`] ?? '';
  const postgres = running(await startPostgres({ address: awsAddress, password: plantedFor('postgres') }));
  const mysql = running(await startMariadb({ address: awsAddress, password: plantedFor('mysql') }));
  await createSecret(emulator, secretPaths.postgres, databaseKeys('PG', postgres));
  await createSecret(emulator, secretPaths.mysql, databaseKeys('MYSQL', mysql));
  await createSecret(emulator, secretPaths.tools, { API_KEY: plantedFor('tools') });
  await createSecret(emulator, secretPaths.forbidden, { PASSWORD: plantedFor('forbidden') });
  return {
    planted,
    tokenSecret: await createSecret(emulator, 'runops-agent-token', token),
    async close() {
      await postgres.stop();
      await mysql.stop();
    },
  };
}

function running(database: TestDatabase | undefined): TestDatabase {
  if (!database)
    throw new Error('PostgreSQL and MariaDB are needed: apt-get install postgresql mariadb-server');
  return database;
}

async function createSecret(
  { clientOptions }: Emulator,
  Name: string,
  value: object | string,
): Promise<string> {
  const SecretString = typeof value === 'string' ? value : JSON.stringify(value);
  const { ARN } = await new SecretsManagerClient(clientOptions).send(
    new CreateSecretCommand({ Name, SecretString }),
  );
  if (!ARN) throw new Error(`Secrets Manager made no secret ${Name}`);
  return ARN;
}
