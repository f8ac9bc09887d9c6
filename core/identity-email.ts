import type { JWTPayload } from 'jose';
import { AgentError } from './errors.ts';

/** Where tokens usually have the e-mail; the first is the one of Runops' own tokens. */
const USUAL_CLAIMS = ['https://runops.io/email', 'email'];

/**
 * The e-mail that the token vouches for, once it is certain that it is the task's. With a configured claim both
 * must be there; without one, what is there must agree. Null when the token names nobody.
 * @throws AgentError `identity-rejected`
 */
export function emailOf(
  payload: JWTPayload,
  configuredClaim: string | undefined,
  userEmail: string | null,
): string | null {
  const claims = configuredClaim ? [configuredClaim] : USUAL_CLAIMS;
  const emails = claims
    .map((claim) => payload[claim])
    .filter((email) => email !== undefined && email !== null);
  if (configuredClaim && emails.length === 0) {
    throw rejected(`The user token has no claim ${configuredClaim} (JWT_EMAIL_CLAIM).`);
  }
  if (configuredClaim && !userEmail) throw rejected('The task does not say the e-mail of its user.');
  if (claims.includes('email') && payload.email !== undefined && payload.email_verified === false) {
    throw rejected("The e-mail in the user token was not verified by the token's issuer.");
  }
  for (const email of emails) {
    if (typeof email !== 'string') throw rejected('The e-mail in the user token is not a text.');
    if (userEmail && lowerCase(email) !== lowerCase(userEmail)) {
      throw rejected("The user token belongs to somebody else than the task's user.");
    }
  }
  return typeof emails[0] === 'string' ? emails[0] : null;
}

/** Of ASCII only: Unicode has other letters whose lower case is an ASCII letter. */
function lowerCase(email: string): string {
  return email.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function rejected(cause: string): AgentError {
  return new AgentError(
    'identity-rejected',
    `${cause} Log in with your own account, then run the task again.`,
  );
}
