import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startServer } from './server-process.ts';

export interface VaultServer {
  address: string;
  token: string;
  stop(): Promise<void>;
}

/** Why Vault cannot be tried on this machine; undefined when it can. */
export const vaultMissing: string | undefined = findMissing();

/** A real Vault in memory, unsealed, with a key-value engine at `secret/`. */
export async function startVault(): Promise<VaultServer> {
  const port = await freePort();
  const [address, token] = [`http://127.0.0.1:${port}`, `token-${randomUUID()}`];
  const directory = mkdtempSync(join(tmpdir(), 'vault-'));
  const options = ['-dev', '-dev-no-store-token', `-dev-listen-address=127.0.0.1:${port}`];
  const stop = await startServer(['vault', 'server', ...options], {
    directory,
    user: undefined,
    env: { VAULT_DEV_ROOT_TOKEN_ID: token, HOME: directory },
    isReady: () => isReady(address),
  });
  return { address, token, stop };
}

function isReady(address: string): boolean {
  try {
    execFileSync('vault', ['status', `-address=${address}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function findMissing(): string | undefined {
  try {
    execFileSync('vault', ['version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'vault is not installed: test/support/install-vault.sh /usr/local/bin builds one with Go in some minutes.';
  }
}
