import type { Secrets } from '../../core/ports.ts';
import { secretExample, toSecretMap } from '../../core/secret-map.ts';
import { secretPath } from './secret-path.ts';
import type { Vault } from './vault.ts';
import { vaultData } from './vault-answer.ts';

/** Secrets in a key-value engine of Vault, version 1 or 2. */
export function hashicorpKvSecrets(vault: Vault): Secrets {
  return {
    async fetch(reference) {
      const path = secretPath(
        reference,
        'the path of a key-value secret in Vault, such as secret/data/prod/pg',
      );
      const data = vaultData(await vault.read(path), path);
      const problem =
        `failed to get Vault generic secrets: '${path}' must hold keys and values such as ${secretExample}. ` +
        'Correct the secret, or the secret_path of the target.';
      return toSecretMap(isVersioned(data) ? data.data : data, problem);
    },
    release: vault.release,
  };
}

/** Version 2 answers with the secret and its metadata; a secret of version 1 is the answer. */
function isVersioned(data: Record<string, unknown>): boolean {
  const { metadata } = data;
  return typeof metadata === 'object' && metadata !== null && 'version' in metadata && 'data' in data;
}
