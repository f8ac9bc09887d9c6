import { errors } from 'jose';
import { AgentError } from './errors.ts';

/** Dashboards match on this sentence of the first agent. The cause and what to do follow it. */
const REFUSAL = 'slack tasks are disabled, try to run it again in the webapp/cli or contact the support.';

/** The token itself is not good. */
export function tokenRejected(cause: string): AgentError {
  return new AgentError('identity-rejected', `${REFUSAL} ${cause}`);
}

/** We cannot know whether the token is good, so it is not. */
export function keyServerDown(): AgentError {
  const message =
    'The user token could not be verified: no keys could be fetched from JWK_URL. Check that the agent reaches it ' +
    'and that it answers with a JSON Web Key Set, then run the task again.';
  return new AgentError('identity-rejected', message);
}

/** What went wrong, for the user. The error of the library is left out: it may hold the token's content. */
export function rejectionOf(thrown: unknown): AgentError {
  if (thrown instanceof AgentError) return thrown;
  return tokenRejected(causeOf(thrown));
}

function causeOf(thrown: unknown): string {
  if (thrown instanceof errors.JWTExpired)
    return 'The user token has expired. Log in again, then run it again.';
  if (thrown instanceof errors.JWTClaimValidationFailed) return causeOfClaim(thrown.claim);
  if (thrown instanceof errors.JOSEAlgNotAllowed) {
    return 'The user token is not signed with RS256 or ES256, the algorithms that are allowed.';
  }
  if (thrown instanceof errors.JWKSNoMatchingKey) {
    return 'The user token is signed with a key that is not in the key set of JWK_URL, as last read. Log in again.';
  }
  if (thrown instanceof errors.JWSSignatureVerificationFailed) {
    return 'The signature of the user token is not valid. Log in again.';
  }
  return 'The user token is not a JSON Web Token that can be verified. Log in again.';
}

function causeOfClaim(claim: string): string {
  switch (claim) {
    case 'iss':
      return 'The user token comes from another issuer than JWT_ISSUER.';
    case 'aud':
      return 'The user token is for another audience than JWT_AUDIENCE.';
    case 'nbf':
      return 'The user token is not valid yet. Check the clocks of the issuer and the agent.';
    default:
      return `The claim ${claim} of the user token is missing or not valid. Log in again.`;
  }
}
