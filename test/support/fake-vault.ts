import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { listening } from './listening.ts';

interface Secret {
  data: Record<string, unknown>;
  /** Such an answer is lent: its lease can be revoked. */
  lends?: boolean;
}

export interface FakeVault {
  url: string;
  /** Secrets by path, without `/v1/`; of KV version 2 as they are answered. */
  secrets: Record<string, Secret>;
  /** Accepts this at `auth/METHOD/login`. */
  accepts: (method: string, body: Record<string, string>) => boolean;
  logins: { path: string; body: Record<string, string> }[];
  /** Leases and tokens that were revoked, in order. */
  revoked: string[];
  /** Leases that are out. */
  leases: Set<string>;
  /** From now on: never answers these paths. */
  hangs: (path: string) => boolean;
  close(): Promise<void>;
}

export interface FakeVaultOptions {
  /** The namespace without which nothing is found, as in Vault Enterprise. */
  namespace?: string;
  tls?: { key: string; cert: string };
}

/**
 * Vault's HTTP API on one loopback socket, as strict as the real one:
 * https://developer.hashicorp.com/vault/api-docs
 */
export async function startFakeVault({ namespace, tls }: FakeVaultOptions = {}): Promise<FakeVault> {
  const tokens = new Set<string>();
  const vault: Omit<FakeVault, 'url' | 'close'> = {
    secrets: {},
    accepts: () => true,
    logins: [],
    revoked: [],
    leases: new Set(),
    hangs: () => false,
  };

  const answer = (request: IncomingMessage, body: Record<string, string>): [number, unknown?] => {
    const path = (request.url ?? '').replace(/^\/v1\//, '');
    const token = String(request.headers['x-vault-token'] ?? '');
    const mayRead = namespace === undefined || request.headers['x-vault-namespace'] === namespace;
    if (request.headers['x-vault-request'] !== 'true') return [400, errors('missing header')];
    const [, method] = /^auth\/(.+)\/login$/.exec(path) ?? [];
    if (method !== undefined) {
      if (request.method !== 'POST' && request.method !== 'PUT')
        return [405, errors('unsupported operation')];
      vault.logins.push({ path, body });
      if (!mayRead || !vault.accepts(method, body)) return [403, errors('permission denied')];
      const client_token = `hvs.${randomUUID()}`;
      tokens.add(client_token);
      return [200, { auth: { client_token, accessor: 'a', policies: ['default'], lease_duration: 900 } }];
    }
    if (!mayRead || !tokens.has(token)) return [403, errors('permission denied')];
    if (path === 'auth/token/revoke-self') {
      tokens.delete(token);
      vault.leases.clear();
      vault.revoked.push('token');
      return [204];
    }
    if (path === 'sys/leases/revoke') {
      if (!vault.leases.delete(body.lease_id ?? '')) return [400, errors('invalid lease')];
      vault.revoked.push(body.lease_id ?? '');
      return [204];
    }
    return read(path);
  };

  const read = (path: string): [number, unknown] => {
    const secret = vault.secrets[path];
    const mount = path.split('/')[0];
    const isVersioned = Object.keys(vault.secrets).some((known) => known.startsWith(`${mount}/data/`));
    if (!secret && isVersioned && !path.startsWith(`${mount}/data/`)) {
      return [
        404,
        { data: null, warnings: ['Invalid path for a versioned K/V secrets engine. See the API docs'] },
      ];
    }
    if (!secret) return [404, errors()];
    const lease_id = secret.lends ? `${path}/${randomUUID()}` : '';
    if (lease_id) vault.leases.add(lease_id);
    return [200, { lease_id, lease_duration: lease_id ? 3600 : 0, data: secret.data, warnings: null }];
  };

  const listener: RequestListener = async (request, response) => {
    const text = (await request.setEncoding('utf8').toArray()).join('');
    if (vault.hangs((request.url ?? '').replace(/^\/v1\//, ''))) return;
    const [status, json] = answer(request, text ? JSON.parse(text) : {});
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(json === undefined ? '' : JSON.stringify(json));
  };
  const { port, close } = await listening(tls ? createTlsServer(tls, listener) : createServer(listener));
  return Object.assign(vault, { url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, close });
}

function errors(...messages: string[]) {
  return { errors: messages };
}
