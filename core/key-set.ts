import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose';
import * as z from 'zod/mini';
import type { HttpOutcome } from './http-request.ts';
import { type Http, sendWithRetries } from './http-retry.ts';
import { limits } from './limits.ts';

/** The public keys of whoever issues the tokens. Both answer undefined when there are none to be had. */
export interface KeySet {
  /** The keys that we have, fetched when there are none yet or when they are old. */
  current(): Promise<JWTVerifyGetKey | undefined>;
  /** Keys fetched since `current` answered; undefined too when the last fetch is too recent for another. */
  renewed(): Promise<JWTVerifyGetKey | undefined>;
}

const keySetSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

/**
 * A cache of the keys at `jwkUrl`. New keys come when a token needs them and with age; old ones are kept while the
 * server cannot be reached.
 */
export function keySet(http: Http, jwkUrl: string): KeySet {
  let keys: JWTVerifyGetKey | undefined;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let pending: Promise<JWTVerifyGetKey | undefined> | undefined;

  const fetchOnce = async () => {
    const fresh = await fetchKeys(http, jwkUrl);
    triedAt = http.clock.now();
    if (!fresh) return undefined;
    keys = fresh;
    fetchedAt = triedAt;
    return fresh;
  };
  const renewed = (): Promise<JWTVerifyGetKey | undefined> => {
    const isTooSoon = http.clock.now() - triedAt < limits.keySetCooldownSeconds * 1000;
    if (!pending && isTooSoon) return Promise.resolve(undefined);
    pending ??= fetchOnce().finally(() => {
      pending = undefined;
    });
    return pending;
  };

  return {
    renewed,
    async current() {
      const isFresh = http.clock.now() - fetchedAt < limits.keySetSeconds * 1000;
      return keys && isFresh ? keys : ((await renewed()) ?? keys);
    },
  };
}

/** Asks a provider for its public keys. */
export async function askForKeys(http: Http, url: string): Promise<HttpOutcome> {
  const request = {
    method: 'GET',
    url,
    headers: { accept: 'application/json' },
    responseBytesMax: limits.keySetBytes,
  } as const;
  return (await sendWithRetries(http, request, limits.apiCalls.keySet, true)).outcome;
}

async function fetchKeys(http: Http, url: string): Promise<JWTVerifyGetKey | undefined> {
  const outcome = await askForKeys(http, url);
  if (outcome.status !== 200 || outcome.body === null) return undefined;
  try {
    return createLocalJWKSet(keySetSchema.parse(JSON.parse(outcome.body)));
  } catch {
    return undefined;
  }
}
