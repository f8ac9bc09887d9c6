import { scriptWords } from '../command-words.ts';
import type { SecretMap } from '../ports.ts';
import type { Integration } from './integration.ts';
import { decodeKey } from './key-files.ts';
import { refuseOtherServer } from './other-server.ts';

/** One call of the vault client: the script is its arguments, such as `kv get secret/app`. */
export const hashicorpVault: Integration = {
  requiredKeys: ['VAULT_ADDR', 'VAULT_TOKEN'],
  publicKeys: ['VAULT_ADDR', 'VAULT_PORT', 'VAULT_NAMESPACE', 'VAULT_CACERT'],
  missingKeys: 'Vault type requires all the following secrets: VAULT_ADDR, VAULT_TOKEN',
  command({ script, secrets, directory }) {
    const words = scriptWords(script, 'vault');
    refuseOtherServer(words, OTHER_SERVER, 'VAULT_ADDR of the secret names the server');
    const { VAULT_TOKEN = '', VAULT_NAMESPACE, VAULT_CACERT } = secrets;
    return {
      argv: ['vault', ...words],
      env: {
        VAULT_ADDR: address(secrets),
        VAULT_TOKEN,
        ...(VAULT_NAMESPACE && { VAULT_NAMESPACE }),
        ...(VAULT_CACERT && { VAULT_CACERT: `${directory}/ca.crt` }),
      },
      stdin: null,
      files: VAULT_CACERT ? [{ name: 'ca.crt', content: decodeKey('VAULT_CACERT', VAULT_CACERT) }] : [],
    };
  },
};

const OTHER_SERVER = /^--?(?:agent-)?address(?:=|$)/;

/** An address without a port gets VAULT_PORT, which is 8200 unless given. */
function address({ VAULT_ADDR = '', VAULT_PORT }: SecretMap): string {
  const whole = VAULT_ADDR.includes('://') ? VAULT_ADDR : `https://${VAULT_ADDR}`;
  const bare = whole.replace(/\/+$/, '');
  return /:\d+$/.test(bare) ? bare : `${bare}:${VAULT_PORT || '8200'}`;
}
