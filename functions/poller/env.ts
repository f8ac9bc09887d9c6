import * as z from 'zod/mini';
import { apiEnv, ledgerEnv, queueUrl } from '../../adapters/aws/deployment-env.ts';

/** What `infra` tells the poller: the contract of `handler.ts`. */
export type PollerEnv = z.infer<typeof pollerEnv>;

export const pollerEnv = z.object({
  ...apiEnv,
  ...ledgerEnv,
  DISPATCHES_QUEUE: queueUrl,
  KILLS_QUEUE: queueUrl,
  /** The types of task that this deployment runs, separated by commas: the API is told. */
  CAPABILITIES: z.string(),
  /** In place of what the API says, or once a second. */
  POLL_MILLISECONDS: z.optional(z.coerce.number().check(z.int(), z.gte(100))),
});
