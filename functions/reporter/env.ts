import * as z from 'zod/mini';
import { apiEnv, auditEnv, ledgerEnv, queueUrl, serviceUrl } from '../../adapters/aws/deployment-env.ts';

/** What `infra` tells the reporter: the contract of `handler.ts`. */
export type ReporterEnv = z.infer<typeof reporterEnv>;

export const reporterEnv = z.object({
  ...apiEnv,
  ...ledgerEnv,
  ...auditEnv,
  /** The redacted logs. */
  LOG_BUCKET: z.string(),
  DISPATCHES_QUEUE: queueUrl,
  REPORTS_QUEUE: queueUrl,
  /** The ARN of the queue whose messages are reports; those of the other queues have died and are looked at. */
  REPORTS_QUEUE_ARN: z.string(),
  CLUSTER: z.string(),
  /** What an hour of a container costs, in US dollars: docs/operations.md. Nothing unless set. */
  VCPU_HOUR_DOLLARS: z.optional(z.coerce.number()),
  GIGABYTE_HOUR_DOLLARS: z.optional(z.coerce.number()),
  ADDRESS_HOUR_DOLLARS: z.optional(z.coerce.number()),
  /** Set where customers' own services run tasks, of which something may be left after a result. */
  SERVICES: z.optional(z.string()),
  /** Set where the policy has a daily limit: what containers have used is written down. */
  DAILY_LIMIT: z.optional(z.string()),
  /** The same as the poller's: whoever registers last says what the agent can do. */
  CAPABILITIES: z.string(),
  /** docs/redaction.md, docs/google-dlp.md and docs/bedrock-guardrails.md. */
  RUNOPS_REDACTION: z.optional(z.string()),
  RUNOPS_GOOGLE_DLP: z.optional(z.string()),
  RUNOPS_BEDROCK_GUARDRAIL: z.optional(z.string()),
  /** The address of X-Ray in this region, where traces are wanted: docs/operations.md. */
  XRAY_URL: z.optional(serviceUrl),
  /** The ES module with the deployment's hooks, in a layer: docs/hooks.md. */
  RUNOPS_HOOKS: z.optional(z.string()),
});
