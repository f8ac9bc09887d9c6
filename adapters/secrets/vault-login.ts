import { readFile } from 'node:fs/promises';
import { AgentError } from '../../core/errors.ts';
import { awsSecretText } from './aws.ts';
import type { VaultOptions } from './vault.ts';
import { signedCallerIdentity } from './vault-aws-login.ts';
import type { VaultEnv } from './vault-env.ts';

export interface VaultCredentials {
  /** Where they are shown: `auth/…/login`. */
  path: string;
  body: Record<string, string>;
}

/** What proves to Vault who we are, by VAULT_AUTH_METHOD. */
export async function vaultCredentials(env: VaultEnv, options: VaultOptions): Promise<VaultCredentials> {
  switch (env.VAULT_AUTH_METHOD) {
    case 'aws': {
      const body = { role: env.VAULT_ROLE ?? '', ...(await signedCallerIdentity(env, options)) };
      return { path: env.VAULT_AUTH_PATH ?? 'auth/aws/login', body };
    }
    case 'approle': {
      const body = { role_id: env.VAULT_ROLE_ID ?? '', secret_id: await secretId(env, options) };
      return { path: env.VAULT_AUTH_PATH ?? 'auth/approle/login', body };
    }
    default: {
      const jwt = await textOf(env.VAULT_KUBERNETES_TOKEN_FILE, 'the token of the service account');
      const body = { role: env.VAULT_ROLE ?? '', jwt };
      return { path: env.VAULT_AUTH_PATH ?? 'auth/kubernetes/login', body };
    }
  }
}

async function secretId(env: VaultEnv, { access, clock }: VaultOptions): Promise<string> {
  if (env.VAULT_SECRET_ID_FILE !== undefined) return textOf(env.VAULT_SECRET_ID_FILE, 'VAULT_SECRET_ID_FILE');
  if (env.VAULT_SECRET_ID_ARN === undefined) return env.VAULT_SECRET_ID ?? '';
  return (await awsSecretText(access, clock, env.VAULT_SECRET_ID_ARN)).trim();
}

async function textOf(file: string, what: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : 'unknown error';
    const message =
      `failed to get Vault client token: ${what}, the file ${file}, cannot be read (${code}). ` +
      `Mount it there.`;
    throw new AgentError('secrets-invalid', message, { cause });
  }
}
