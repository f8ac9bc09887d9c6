import * as z from 'zod/mini';
import { apiEnv, ledgerEnv, queueUrl } from '../../adapters/aws/deployment-env.ts';

/** What `infra` tells the self-test: the contract of `handler.ts`. */
export type SelfTestEnv = z.infer<typeof selfTestEnv>;

export const selfTestEnv = z.object({
  AGENT_NAME: apiEnv.AGENT_NAME,
  ...ledgerEnv,
  /** The redacted logs. */
  LOG_BUCKET: z.string(),
  DISPATCHES_QUEUE: queueUrl,
  CLUSTER: z.string(),
});
