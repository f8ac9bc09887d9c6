import * as z from 'zod/mini';
import { AgentError } from '../../core/errors.ts';
import type { Http } from '../../core/http-retry.ts';
import { limits } from '../../core/limits.ts';
import type { Clock } from '../../core/ports.ts';
import { askStore, type StoreAnswer } from './ask-store.ts';
import type { AwsAccess } from './aws-access.ts';
import { fetchTrusting } from './trusting-fetch.ts';
import { parseVaultEnv, type VaultEnv } from './vault-env.ts';
import { vaultCredentials } from './vault-login.ts';

export interface VaultOptions {
  environment: Readonly<Record<string, string | undefined>>;
  /** For the login `aws`, and for a secret id in AWS. */
  access: AwsAccess;
  clock: Clock;
}

/** Vault with a token of our own, which is there from the first question to the release. */
export interface Vault {
  /** @throws AgentError when there is no token; what Vault says about the path is an answer. */
  read(path: string): Promise<StoreAnswer>;
  /** Revokes what was lent and then the token. Never throws, and takes seconds at most. */
  release(): Promise<void>;
}

export function vault(options: VaultOptions): Vault {
  let opening: Promise<Session> | undefined;
  const asking = new Set<Promise<unknown>>();

  const ask = async (path: string): Promise<StoreAnswer> => {
    opening ??= open(options);
    const session = await opening;
    const answer = await session.ask('GET', path);
    const lease = answer.status === null ? undefined : leaseSchema.safeParse(answer.json).data?.lease_id;
    if (lease) session.leases.push(lease);
    return answer;
  };
  return {
    async read(path) {
      refuseDots(path);
      const answer = ask(path);
      asking.add(answer);
      return answer;
    },
    async release() {
      // A command that was killed early may leave a question behind whose answer lends something.
      await Promise.allSettled(asking);
      const session = await opening?.catch(() => undefined);
      opening = undefined;
      asking.clear();
      if (session) await giveBack(session);
    },
  };
}

const leaseSchema = z.object({ lease_id: z.string() });
const tokenSchema = z.object({ auth: z.object({ client_token: z.string().check(z.minLength(1)) }) });

interface Session {
  ask(
    method: 'GET' | 'POST',
    path: string,
    options?: { body?: Record<string, string>; patience?: typeof limits.secretCalls.release },
  ): Promise<StoreAnswer>;
  leases: string[];
}

async function open(options: VaultOptions): Promise<Session> {
  const env = parseVaultEnv(options.environment);
  const fetch = await fetchTrusting(env.VAULT_CACERT, 'VAULT_CACERT');
  const http: Http = { fetch, clock: options.clock, random: Math.random };
  const token = await logIn(http, env, options);
  return {
    leases: [],
    ask: (method, path, { body, patience } = {}) =>
      askStore(
        http,
        { method, url: urlOf(env, path), headers: headersOf(env, token), ...(body ? { body } : {}) },
        patience,
      ),
  };
}

async function logIn(http: Http, env: VaultEnv, options: VaultOptions): Promise<string> {
  const { path, body } = await vaultCredentials(env, options);
  const answer = await askStore(http, {
    method: 'POST',
    url: urlOf(env, path),
    headers: headersOf(env),
    body,
  });
  const parsed = tokenSchema.safeParse(answer.status === null ? undefined : answer.json);
  if (parsed.success && answer.status === 200) return parsed.data.auth.client_token;
  const why =
    answer.status === null
      ? `Vault at ${env.VAULT_ADDR} gave no answer (${answer.problem}). Check VAULT_ADDR, the network and, for ` +
        `an authority ` +
        'of your own, VAULT_CACERT.'
      : `Vault refused the login ${env.VAULT_AUTH_METHOD} at ${path} (${answer.status}). Check VAULT_AUTH_PATH, ` +
        `the role and ` +
        'its bound identities in Vault, and VAULT_NAMESPACE.';
  throw new AgentError('secrets-invalid', `failed to get Vault client token: ${why}`);
}

async function giveBack({ ask, leases }: Session): Promise<void> {
  const patience = limits.secretCalls.release;
  await Promise.all(
    leases.map((lease_id) => ask('POST', 'sys/leases/revoke', { body: { lease_id }, patience })),
  );
  // Vault revokes with a token all that it lent, so this helps where the policy does not allow the above.
  await ask('POST', 'auth/token/revoke-self', { patience });
}

function headersOf(env: VaultEnv, token?: string): Record<string, string> {
  return {
    'x-vault-request': 'true',
    ...(env.VAULT_NAMESPACE ? { 'x-vault-namespace': env.VAULT_NAMESPACE } : {}),
    ...(token ? { 'x-vault-token': token } : {}),
  };
}

/** Part of a path or not, an address takes them for steps: the path would not be the one that somebody sees. */
function refuseDots(path: string): void {
  if (!path.split('/').some((part) => /^\.{1,2}$/.test(part))) return;
  const message =
    `failed to get Vault generic secrets: '${path}' has a part of dots. Correct the secret_path ` +
    `of the target.`;
  throw new AgentError('secrets-invalid', message);
}

/** `path` with or without `/v1/`; the version of a secret is all that it may ask besides. */
function urlOf(env: VaultEnv, path: string): string {
  const [resource = '', version] = path.replace(/^\/?(v1\/)?/, '').split(/\?version=(?=\d+$)/);
  const encoded = resource.split('/').map(encodeURIComponent).join('/');
  return `${env.VAULT_ADDR.replace(/\/+$/, '')}/v1/${encoded}${version ? `?version=${version}` : ''}`;
}
