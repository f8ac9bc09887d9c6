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
