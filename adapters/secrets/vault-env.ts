import * as z from 'zod/mini';
import { AgentError } from '../../core/errors.ts';
import type { Environment } from '../../core/parse-environment.ts';
import { problemsOf } from '../../core/problems.ts';
import { httpsAddress } from '../redaction/https-address.ts';

/**
 * How the agent reaches Vault: the contract with whoever deploys it. The first six names are the first agent's
 * or Vault's.
 */
export const vaultEnv = {
  VAULT_ADDR: httpsAddress,
  /** Of Vault Enterprise or HCP Vault. */
  VAULT_NAMESPACE: z.optional(z.string()),
  VAULT_AUTH_METHOD: z.enum(['aws', 'approle', 'kubernetes', 'kubernetes-account-service']),
  /** The role at the login `aws` or `kubernetes`. */
  VAULT_ROLE: z.optional(z.string()),
  /** The path of the login, with or without `/v1/`; `auth/METHOD/login` unless set. */
  VAULT_AUTH_PATH: z.optional(z.string()),
  /** A file with the certificate authority of Vault. */
  VAULT_CACERT: z.optional(z.string()),
  /** AppRole: the id of the role, and one of three ways to its secret id. */
  VAULT_ROLE_ID: z.optional(z.string()),
  VAULT_SECRET_ID: z.optional(z.string()),
  VAULT_SECRET_ID_FILE: z.optional(z.string()),
  /** The ARN of a secret of AWS Secrets Manager whose text is the secret id. */
  VAULT_SECRET_ID_ARN: z.optional(z.string()),
  /** Login `kubernetes`: the token of the service account, for one with an audience of its own. */
  VAULT_KUBERNETES_TOKEN_FILE: z._default(z.string(), '/var/run/secrets/kubernetes.io/serviceaccount/token'),
  /** Login `aws`: what Vault wants in the header X-Vault-AWS-IAM-Server-ID. */
  VAULT_AWS_SERVER_ID: z.optional(z.string()),
  /** Login `aws`: the region of STS that Vault asks; the global endpoint unless set. */
  VAULT_AWS_REGION: z.optional(z.string()),
};

export type VaultEnv = z.infer<typeof schema>;
const schema = z.object(vaultEnv);

/**
 * Read when a target first needs Vault: without such targets nothing has to be set.
 * @throws AgentError `config-invalid` that names every problem; the first agent's words where there is one.
 */
export function parseVaultEnv(environment: Environment): VaultEnv {
  const set = Object.entries(environment).filter(([, value]) => value !== '');
  const parsed = schema.safeParse(Object.fromEntries(set));
  const problems = parsed.success ? missingFor(parsed.data) : problemsOf(parsed.error, 'it');
  if (parsed.success && problems === null) return parsed.data;
  const isMethod = problems?.includes('VAULT_AUTH_METHOD');
  const message =
    `${isMethod ? 'invalid VAULT_AUTH_METHOD' : 'Vault cannot be used'}: ${problems}. Set it for ` +
    `the agent.`;
  throw new AgentError('config-invalid', message);
}

function missingFor(env: VaultEnv): string | null {
  if (env.VAULT_AUTH_METHOD !== 'approle') {
    return env.VAULT_ROLE ? null : `the login ${env.VAULT_AUTH_METHOD} needs VAULT_ROLE`;
  }
  const secretIds = [env.VAULT_SECRET_ID, env.VAULT_SECRET_ID_FILE, env.VAULT_SECRET_ID_ARN];
  if (!env.VAULT_ROLE_ID) return 'the login approle needs VAULT_ROLE_ID';
  return secretIds.filter((way) => way !== undefined).length === 1
    ? null
    : 'the login approle needs exactly one of VAULT_SECRET_ID, VAULT_SECRET_ID_FILE and VAULT_SECRET_ID_ARN';
}
