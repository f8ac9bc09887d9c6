import type { JWTPayload } from 'jose';
import { onTestFinished } from 'vitest';
import { type IdentityOptions, verifyIdentity } from '../../core/identity.ts';
import { fakeClock } from './fake-clock.ts';
import { type IssuerKey, issuerKey, startFakeKeyServer, tokenOf } from './fake-key-server.ts';

/** An issuer with one key, and a verifier of its tokens whose clock the test moves. */
export async function issuerWithVerifier(options: Partial<IdentityOptions> = {}) {
  const keyServer = await startFakeKeyServer();
  onTestFinished(() => keyServer.close());
  const key = await issuerKey('key-1');
  keyServer.publish(key);
  const clock = fakeClock({ skip: 4_999 });
  const seconds = () => Math.floor(clock.now() / 1000);
  const verify = verifyIdentity({
    jwkUrl: keyServer.url,
    fetch,
    clock,
    random: () => 0.5,
    ...options,
  });
  /** A token that is good for an hour, unless the claims say otherwise. */
  const token = (claims: JWTPayload = {}, by: IssuerKey = key) =>
    tokenOf(by, { exp: seconds() + 3600, ...claims });
  return { keyServer, key, clock, seconds, verify, token };
}

export const REFUSAL =
  'slack tasks are disabled, try to run it again in the webapp/cli or contact the support.';
