import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { type Environment, parseEnvironment } from '../core/parse-environment.ts';
import { redactionEnv } from './redaction-env.ts';

/** The environment of an agent on one machine, with the names that the first agent gave them. */
export type AgentEnv = z.infer<typeof agentEnvSchema>;

const url = z.url({ protocol: /^https?$/, error: 'must be an http or https address' });
const count = (smallest: number) => z.coerce.number().check(z.int(), z.gte(smallest));

const agentEnvSchema = z.object({
  /** The organisation's agent token. */
  TOKEN: z.string({ error: 'is missing: `runops agents create-token` makes one' }).check(z.minLength(1)),
  API_URL: z._default(url, 'https://api.runops.io'),
  /** This agent runs the targets with this tag; without it, those that have none. */
  TAGS: z.optional(z.string()),
  /** Public keys of the identity provider. Set, it allows only tasks whose user's token they verify. */
  JWK_URL: z.optional(url),
  JWT_ISSUER: z.optional(z.string()),
  JWT_AUDIENCE: z.optional(z.string()),
  /** The token's claim that must be the task's `user_email`. */
  JWT_EMAIL_CLAIM: z.optional(z.string()),
  /** A file with the policy: docs/policy.md. */
  RUNOPS_POLICY: z.optional(z.string()),
  /** An ES module with functions around each task: docs/hooks.md. */
  RUNOPS_HOOKS: z.optional(z.string()),
  ...redactionEnv,
  /** Where the ledger and the redacted logs are. */
  RUNOPS_HOME: z._default(z.string(), '.runops'),
  /** Secrets of the provider `filesystem`. */
  SECRETS_FILE: z._default(z.string(), 'secrets.json'),
  /** Where each command gets a folder of its own; a folder of the system's temporary one unless set. */
  RUNOPS_SCRATCH: z.optional(z.string()),
  /** The first of the users that commands run as, one for each that runs at once, when the agent is root. */
  RUNOPS_CHILD_UID: z._default(count(1), 10001),
  /** How many tasks run at once; the rest wait. */
  RUNS_MAX: z._default(count(1), 10),
  POLL_MILLISECONDS: z.optional(count(10)),
  /** How long a stopping agent waits for its running tasks before it ends them. */
  DRAIN_SECONDS: z._default(count(0), 20),
});

/** @throws AgentError `config-invalid` that names every problem. */
export function parseAgentEnv(environment: Environment): AgentEnv {
  const env = parseEnvironment(agentEnvSchema, environment, 'The agent');
  return { ...env, RUNOPS_HOME: resolve(env.RUNOPS_HOME) };
}
