import * as z from 'zod/mini';
import { apiEnv, auditEnv, ledgerEnv, queueUrl } from '../../adapters/aws/deployment-env.ts';

/**
 * What `infra` tells the dispatcher: the contract of `handler.ts`. What is larger is in
 * `adapters/aws/dispatcher-settings.ts`.
 */
export type DispatcherEnv = z.infer<typeof dispatcherEnv>;

export const dispatcherEnv = z.object({
  ...apiEnv,
  ...ledgerEnv,
  ...auditEnv,
  /** The ARNs of the two queues that it takes messages from, so that it knows them apart. */
  DISPATCHES_QUEUE_ARN: z.string(),
  KILLS_QUEUE_ARN: z.string(),
  REPORTS_QUEUE: queueUrl,
  /** The ARN of the secret with the `DispatcherSettings`. */
  SETTINGS_SECRET: z.string(),
  CLUSTER: z.string(),
  /** The role of one execution in a customer's own service; set where such services are allowed at all. */
  SERVICE_EXECUTION_ROLE: z.optional(z.string()),
  /** The longest that one invocation can live: the function's own timeout. */
  LEASE_SECONDS: z.coerce.number().check(z.int(), z.gte(1)),
  /** Public keys of the identity provider. Set, only tasks whose user's token they verify are started. */
  JWK_URL: z.optional(z.string()),
  JWT_ISSUER: z.optional(z.string()),
  JWT_AUDIENCE: z.optional(z.string()),
  /** The token's claim that must be the task's `user_email`. */
  JWT_EMAIL_CLAIM: z.optional(z.string()),
  /** The ES module with the deployment's hooks, in a layer: docs/hooks.md. */
  RUNOPS_HOOKS: z.optional(z.string()),
});
