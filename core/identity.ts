import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { AgentError } from './errors.ts';
import type { Http } from './http-retry.ts';
import { emailOf } from './identity-email.ts';
import { keyServerDown, rejectionOf, tokenRejected } from './identity-rejection.ts';
import { keySet } from './key-set.ts';
import { limits } from './limits.ts';

/** Who asked, as a verified token says. `expiresAt` is in milliseconds since the epoch. */
export interface VerifiedUser {
  email: string | null;
  expiresAt: number;
}

/**
 * Verifies the user's token.
 * @throws AgentError `identity-rejected`, whose message may be shown to the user.
 */
export type VerifyIdentity = (token: string | null, userEmail: string | null) => Promise<VerifiedUser>;

export interface IdentityOptions extends Http {
  /** Where the issuer publishes its keys (JWKS). */
  jwkUrl: string;
  /** Checked only when given, as is the audience. */
  issuer?: string | undefined;
  audience?: string | undefined;
  /**
   * The claim that must be the task's `user_email`. Without it the claims that usually hold an e-mail are
   * compared if the token has them.
   */
  emailClaim?: string | undefined;
}

/** Verifies tokens signed with RS256 or ES256 by a key of `jwkUrl`. */
export function verifyIdentity(options: IdentityOptions): VerifyIdentity {
  const { jwkUrl, issuer, audience, emailClaim, clock } = options;
  if (!URL.canParse(jwkUrl) || !/^https?:$/.test(new URL(jwkUrl).protocol)) {
    throw new AgentError(
      'config-invalid',
      'JWK_URL is not a web address. Set it to the address of the key set.',
    );
  }
  const keys = keySet(options, jwkUrl);

  const payloadOf = async (token: string, key: JWTVerifyGetKey): Promise<JWTPayload> => {
    const { payload } = await verifyWithAny(token, key, {
      algorithms: ['RS256', 'ES256'],
      requiredClaims: ['exp'],
      currentDate: new Date(clock.now()),
      clockTolerance: limits.tokenSkewSeconds,
      ...(issuer ? { issuer } : {}),
      ...(audience ? { audience } : {}),
    });
    return payload;
  };
  const verifiedPayload = async (token: string): Promise<JWTPayload> => {
    const known = await keys.current();
    if (!known) throw keyServerDown();
    try {
      return await payloadOf(token, known);
    } catch (thrown) {
      const fresh = mayNeedNewKey(thrown) ? await keys.renewed() : undefined;
      if (!fresh) throw thrown;
      return await payloadOf(token, fresh);
    }
  };

  return async (token, userEmail) => {
    if (!token) throw tokenRejected('The task came without a user token. Log in again, then run it again.');
    if (token.length > limits.tokenCharacters) throw tokenRejected('The user token is too long to be one.');
    const payload = await verifiedPayload(token).catch((thrown) => {
      throw rejectionOf(thrown);
    });
    const expiresAt = expiryOf(payload, clock.now());
    return { email: emailOf(payload, emailClaim, userEmail), expiresAt };
  };
}

/** A token that does not name its key may fit several: then it is good when one of them verifies it. */
async function verifyWithAny(token: string, key: JWTVerifyGetKey, options: Parameters<typeof jwtVerify>[2]) {
  try {
    return await jwtVerify(token, key, options);
  } catch (thrown) {
    if (!(thrown instanceof errors.JWKSMultipleMatchingKeys)) throw thrown;
    for await (const candidate of thrown) {
      try {
        return await jwtVerify(token, candidate, options);
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

function mayNeedNewKey(thrown: unknown): boolean {
  return (
    thrown instanceof errors.JWKSNoMatchingKey || thrown instanceof errors.JWSSignatureVerificationFailed
  );
}

/** The tolerance for clocks is not for expiries: what runs on a token's word must start before it ends. */
function expiryOf({ exp, iat }: JWTPayload, now: number): number {
  const expiresAt = Math.min((exp ?? 0) * 1000, 8.64e15);
  if (expiresAt <= now) throw tokenRejected('The user token has expired. Log in again, then run it again.');
  if (iat !== undefined && iat * 1000 > now + limits.tokenSkewSeconds * 1000) {
    throw tokenRejected(
      'The user token was issued in the future. Check the clocks of the issuer and the agent.',
    );
  }
  return expiresAt;
}
