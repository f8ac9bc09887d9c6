import * as z from 'zod/mini';
import { apiEnv, ledgerEnv } from '../../adapters/aws/deployment-env.ts';

/**
 * What `infra` tells the doctor: the contract of `handler.ts`, and of `runops doctor`, which reads it from the
 * configuration of the function. What is larger is in `adapters/aws/dispatcher-settings.ts`.
 */
export type DoctorEnv = z.infer<typeof doctorEnv>;

/** Names, separated by commas. */
const names = z.pipe(
  z.string(),
  z.transform((text) => text.split(',').filter((name) => name !== '')),
);

export const doctorEnv = z.object({
  ...apiEnv,
  ...ledgerEnv,
  /** The ARN of the secret with the `DispatcherSettings`. */
  SETTINGS_SECRET: z.string(),
  /** Public keys of the identity provider, where users are verified. */
  JWK_URL: z.optional(z.string()),
  /** The same as the reporter's. */
  RUNOPS_GOOGLE_DLP: z.optional(z.string()),
  RUNOPS_BEDROCK_GUARDRAIL: z.optional(z.string()),
  /** The other functions of the agent. */
  FUNCTIONS: names,
  SCHEDULES: names,
  /** The URLs of the queues, and of those for messages that have died: dispatches, kills, reports. */
  QUEUES: names,
  DEAD_QUEUES: names,
});
