import * as z from 'zod/mini';

/** What `infra` tells the preflight. All else comes with the resource, so that a change of it looks again. */
export type PreflightEnv = z.infer<typeof preflightEnv>;

export const preflightEnv = z.object({ AGENT_NAME: z.string().check(z.minLength(1)) });
