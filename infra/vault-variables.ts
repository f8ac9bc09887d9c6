import type { VariablesOf } from '../adapters/aws/deployment-env.ts';
import { parseVaultEnv, type VaultEnv } from '../adapters/secrets/vault-env.ts';

/** How the containers log in to HashiCorp Vault. */
export interface VaultProps {
  /** With https. */
  readonly address: string;
  /** `aws` proves who it is with the execution role; `approle` with an id and a secret. */
  readonly login: 'aws' | 'approle';
  /**
   * The role at the login `aws`.
   * @default - none: needed for it
   */
  readonly role?: string;
  /**
   * The id of the role at the login `approle`.
   * @default - none: needed for it
   */
  readonly roleId?: string;
  /**
   * The ARN of the secret whose text is the secret id of `approle`.
   * @default - none: needed for it
   */
  readonly secretId?: string;
  /**
   * Of Vault Enterprise or HCP Vault.
   * @default - none
   */
  readonly namespace?: string;
  /**
   * The path of the login.
   * @default - `auth/aws/login` or `auth/approle/login`
   */
  readonly authPath?: string;
  /**
   * What Vault wants in the header X-Vault-AWS-IAM-Server-ID.
   * @default - none
   */
  readonly awsServerId?: string;
  /**
   * The region of STS that Vault asks.
   * @default - the global endpoint
   */
  readonly awsRegion?: string;
}

/** @throws AgentError `config-invalid` that names every problem. */
export function vaultVariables(vault: VaultProps | undefined): Partial<VariablesOf<VaultEnv>> {
  if (!vault) return {};
  const variables: Partial<VariablesOf<VaultEnv>> = {
    VAULT_ADDR: vault.address,
    VAULT_AUTH_METHOD: vault.login,
    VAULT_ROLE: vault.role,
    VAULT_ROLE_ID: vault.roleId,
    VAULT_SECRET_ID_ARN: vault.secretId,
    VAULT_NAMESPACE: vault.namespace,
    VAULT_AUTH_PATH: vault.authPath,
    VAULT_AWS_SERVER_ID: vault.awsServerId,
    VAULT_AWS_REGION: vault.awsRegion,
  };
  parseVaultEnv(variables);
  return variables;
}
