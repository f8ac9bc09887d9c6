import type { Clock } from '../../core/ports.ts';
import { tokenHash } from './identities.ts';
import type { Store } from './store.ts';

export type RandomBytes = (size: number) => Buffer;

/** Makes tokens. Each is returned in clear text once; the database keeps its SHA-256. */
export interface Tokens {
  /** The one token of the organisation's agents. The one before is worth nothing from this moment on. */
  replaceAgentToken(): string;
  /** A user's token, which replaces those that the user had. */
  replaceUserToken(userId: number): string;
  /** Whether it is still worth anything. */
  isKnown(token: string): boolean;
}

export function tokens({ sql, transaction }: Store, clock: Clock, random: RandomBytes): Tokens {
  const create = (kind: 'agent' | 'user', userId: number | null): string => {
    // The prefix lets secret scanners find a token that leaked.
    const token = `runops_${kind}_${random(32).toString('base64url')}`;
    transaction(() => {
      sql.run`delete from tokens where user_id is ${userId}`;
      sql.run`insert into tokens (sha256, user_id, created_at)
              values (${tokenHash(token)}, ${userId}, ${clock.now()})`;
    });
    return token;
  };
  return {
    replaceAgentToken: () => create('agent', null),
    replaceUserToken: (userId) => create('user', userId),
    isKnown: (token) => sql.get`select 1 from tokens where sha256 = ${tokenHash(token)}` !== undefined,
  };
}
