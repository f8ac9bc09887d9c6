import { hash, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/mini';
import type { VerifyIdentity } from '../../core/identity.ts';
import { listText } from './fields.ts';
import { HttpError } from './http-error.ts';
import type { Store } from './store.ts';

export interface User {
  id: number;
  email: string;
  name: string | null;
  groups: string[];
  isAdmin: boolean;
}

export type Caller = { kind: 'agent' } | { kind: 'user'; user: User; jwt: string | null };

/**
 * Says who a bearer token is. Tokens of this server are found by their SHA-256; a JWT is verified by
 * `verifyIdentity` when there is one, and its verified e-mail names the user.
 */
export function identities({ sql }: Store, verifyIdentity?: VerifyIdentity) {
  const caller = async (bearer: string): Promise<Caller | undefined> => {
    const sha256 = tokenHash(bearer);
    const token = tokenRow.safeParse(
      sql.get`select sha256, user_id from tokens where sha256 = ${sha256}`,
    ).data;
    if (token && timingSafeEqual(token.sha256, sha256)) {
      if (token.user_id === null) return { kind: 'agent' };
      return userCaller(sql.get`select * from users where id = ${token.user_id}`, null);
    }
    if (!verifyIdentity || !isJwt(bearer)) return undefined;
    const verified = await verifyIdentity(bearer, null).catch(() => undefined);
    if (!verified?.email) return undefined;
    return userCaller(sql.get`select * from users where email = ${verified.email}`, bearer);
  };

  return async (authorization: string | undefined): Promise<Caller> => {
    const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    const found = bearer === undefined ? undefined : await caller(bearer);
    if (found) return found;
    throw new HttpError(
      401,
      'The token is missing or not valid here. Send `Authorization: Bearer <token>`.',
      {
        'www-authenticate': 'Bearer',
      },
    );
  };
}

/** What the database keeps of a token: it is random, so a plain hash cannot be guessed back. */
export function tokenHash(token: string): Uint8Array {
  return hash('sha256', token, 'buffer');
}

export function isJwt(bearer: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(bearer);
}

const tokenRow = z.object({ sha256: z.instanceof(Uint8Array), user_id: z.nullable(z.int()) });

const userRow = z.object({
  id: z.int(),
  email: z.string(),
  name: z.nullable(z.string()),
  status: z.string(),
  group_names: listText,
});

function userCaller(row: unknown, jwt: string | null): Caller | undefined {
  const found = userRow.safeParse(row).data;
  if (found?.status !== 'active') return undefined;
  const { id, email, name, group_names: groups } = found;
  return { kind: 'user', jwt, user: { id, email, name, groups, isAdmin: groups.includes('admin') } };
}
