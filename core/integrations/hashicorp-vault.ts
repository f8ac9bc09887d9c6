import { scriptWords } from '../command-words.ts';
import type { SecretMap } from '../ports.ts';
import type { Integration } from './integration.ts';

/** One call of the vault client: the script is its arguments, such as `kv get secret/app`. */
export const hashicorpVault: Integration = {
  image: 'vault',
  requiredKeys: ['VAULT_ADDR', 'VAULT_TOKEN'],
  publicKeys: ['VAULT_ADDR', 'VAULT_PORT', 'VAULT_NAMESPACE'],
  missingKeys: 'Vault type requires all the following secrets: VAULT_ADDR, VAULT_TOKEN',
  command({ script, secrets }) {
    const words = scriptWords(script);
    return {
      argv: ['vault', ...(words[0] === 'vault' ? words.slice(1) : words)],
      env: {
        VAULT_ADDR: address(secrets),
        VAULT_TOKEN: secrets.VAULT_TOKEN ?? '',
        ...(secrets.VAULT_NAMESPACE && { VAULT_NAMESPACE: secrets.VAULT_NAMESPACE }),
      },
      stdin: null,
      files: [],
    };
  },
};

/** An address without a port gets VAULT_PORT, which is 8200 unless given. */
function address({ VAULT_ADDR = '', VAULT_PORT }: SecretMap): string {
  const whole = VAULT_ADDR.includes('://') ? VAULT_ADDR : `https://${VAULT_ADDR}`;
  const bare = whole.replace(/\/+$/, '');
  return /:\d+$/.test(bare) ? bare : `${bare}:${VAULT_PORT || '8200'}`;
}
