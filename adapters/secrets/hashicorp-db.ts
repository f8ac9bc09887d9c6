import * as z from 'zod/mini';
import { AgentError } from '../../core/errors.ts';
import type { SecretMap, Secrets } from '../../core/ports.ts';
import { runopsSecrets } from './runops.ts';
import { secretPath } from './secret-path.ts';
import type { Vault } from './vault.ts';
import { vaultData } from './vault-answer.ts';

const loginSchema = z.object({ username: z.string(), password: z.string() });

/** A user of a database that Vault makes for this one execution; the rest of the secret is the target's `config`. */
export function hashicorpDbSecrets(vault: Vault): Secrets {
  return {
    async fetch(reference) {
      const path = secretPath(
        reference,
        'the path of a database role in Vault, such as database/creds/readonly',
      );
      const keysOf = loginKeys[reference.type];
      if (!keysOf) throw unmapped(reference.type);
      const config = await runopsSecrets().fetch(reference);
      const login = loginSchema.safeParse(vaultData(await vault.read(path), path));
      if (login.success) return { ...config, ...keysOf(login.data.username, login.data.password) };
      throw new AgentError(
        'secrets-invalid',
        `failed to get Vault generic secrets: '${path}' has no username and password. Write the path of a role ` +
          `of the ` +
          'database engine, such as database/creds/readonly, as secret_path into the target.',
      );
    },
    release: vault.release,
  };
}

type LoginKeys = (username: string, password: string) => SecretMap;
const postgres: LoginKeys = (username, password) => ({ PG_USER: username, PG_PASS: password });
const mysql: LoginKeys = (username, password) => ({ MYSQL_USER: username, MYSQL_PASS: password });

const loginKeys: Readonly<Partial<Record<string, LoginKeys>>> = Object.assign(Object.create(null), {
  postgres,
  'postgres-csv': postgres,
  mysql,
  'mysql-csv': mysql,
});

function unmapped(type: string): AgentError {
  const message =
    `not mapped vault db type '${type.slice(0, 100)}'. The secret provider hashicorp/db knows: ` +
    `${Object.keys(loginKeys).join(', ')}. Choose another secret_provider for the target.`;
  return new AgentError('secrets-invalid', message);
}
