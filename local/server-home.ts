import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../adapters/system-clock.ts';
import type { VerifyIdentity } from '../core/identity.ts';
import { type RunningControlPlane, startControlPlane } from './control-plane/server.ts';
import { makeHome } from './make-home.ts';

export interface ServerHome {
  server: RunningControlPlane;
  userToken: string;
  agentToken: string;
}

interface ServerHomeOptions {
  home: string;
  port: number;
  verifyIdentity?: VerifyIdentity;
  pollIntervalMs?: number;
}

/**
 * The server of one folder. Its tokens are shown once, when they are made; so they are kept here in two files that
 * only their owner can read: `server.json`, where the `runops` command finds the server, and `agent-token`.
 */
export async function openServerHome({ home, ...options }: ServerHomeOptions): Promise<ServerHome> {
  await makeHome(home);
  const server = await startControlPlane({
    database: join(home, 'server.sqlite'),
    clock: systemClock,
    ...options,
  });
  // A token that was replaced in the meantime is worth nothing, so its file is not followed.
  const known = async (written: Promise<string | undefined>) => {
    const token = await written;
    return token !== undefined && server.isKnown(token) ? token : undefined;
  };
  const addressPath = join(home, 'server.json');
  const tokenPath = join(home, 'agent-token');
  const userToken = server.adminToken ?? (await known(tokenIn(addressPath))) ?? server.replaceAdminToken();
  const agentToken = server.agentToken ?? (await known(textIn(tokenPath))) ?? server.replaceAgentToken();
  await writeFile(addressPath, `${JSON.stringify({ url: server.url, token: userToken })}\n`, { mode: 0o600 });
  await writeFile(tokenPath, `${agentToken}\n`, { mode: 0o600 });
  return { server, userToken, agentToken };
}

async function textIn(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
}

async function tokenIn(path: string): Promise<string | undefined> {
  const written: unknown = await readFile(path, 'utf8')
    .then(JSON.parse)
    .catch(() => undefined);
  const isAddress = typeof written === 'object' && written !== null && 'token' in written;
  return isAddress && typeof written.token === 'string' ? written.token : undefined;
}
