import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../core/ports.ts';
import { HttpError } from './http-error.ts';
import type { Call } from './router.ts';
import type { Store } from './store.ts';
import type { RandomBytes } from './tokens.ts';

/** Addresses of a task's log that need no token: whoever holds one may use it until it expires. */
export interface SignedUrls {
  sign(method: 'GET' | 'PUT', taskId: number, baseUrl: string, seconds: number): string;
  /** The task's id. @throws HttpError 403 for an address that was not signed here, or that has expired. */
  verify(call: Call): number;
}

/** Where a task's log is read and uploaded. */
export const logPath = '/files/tasks/:id/log';

export function signedUrls(store: Store, clock: Clock, random: RandomBytes): SignedUrls {
  const key = signingKey(store, random);
  const signature = (method: string, taskId: number, expires: number) =>
    createHmac('sha256', key).update(`${method} ${taskId} ${expires}`).digest();
  return {
    sign(method, taskId, baseUrl, seconds) {
      const expires = Math.floor(clock.now() / 1000) + seconds;
      const signed = signature(method, taskId, expires).toString('base64url');
      return `${baseUrl}${logPath.replace(':id', String(taskId))}?expires=${expires}&signature=${signed}`;
    },
    verify({ request, params, query }) {
      const taskId = Number(params.id);
      const expires = Number(query.get('expires'));
      const given = Buffer.from(query.get('signature') ?? '', 'base64url');
      const expected = signature(request.method ?? '', taskId, expires);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
        throw new HttpError(403, 'The signature of this address is not valid.');
      }
      if (expires * 1000 < clock.now()) {
        throw new HttpError(403, 'This address has expired. Ask for a new one.');
      }
      return taskId;
    },
  };
}

/** Kept in the database, so that addresses outlive a restart. */
function signingKey({ sql }: Store, random: RandomBytes): Uint8Array {
  sql.run`insert or ignore into settings (name, value) values ('url-key', ${random(32)})`;
  const key = sql.get`select value from settings where name = 'url-key'`?.value;
  if (key instanceof Uint8Array) return key;
  throw new Error('The database has no key to sign addresses with.');
}
