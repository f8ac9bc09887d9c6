import * as z from 'zod/mini';
import { flag } from '../../core/parse-environment.ts';

/**
 * What the deployment tells its functions, by the names that the agent on one machine uses too. `infra` sets these
 * variables through the same types, so that a missing name does not compile.
 */
const filled = z.string().check(z.minLength(1));
const url = z.url({ protocol: /^https?$/, error: 'must be an http or https address' });

/** The Runops API. */
export const apiEnv = {
  API_URL: url,
  /** The ARN of the secret with the organisation's agent token. */
  TOKEN_SECRET: filled,
  /** This agent runs the targets with this tag; without it, those that have none. */
  TAGS: z.optional(z.string()),
  /** What people call this agent: in its log, its metrics and as the group of its ECS tasks. */
  AGENT_NAME: filled,
  /** Names this installation, the same for all its functions and over all updates: the stack's id. */
  RUNOPS_INSTANCE: filled,
  RUNOPS_VERSION: z._default(z.string(), 'dev'),
  /** Whether tokens of users are verified: the API is told. */
  JWK_VERIFY: flag,
};

/** The ledger: records in one bucket, raw output in another one. */
export const ledgerEnv = {
  LEDGER_BUCKET: filled,
  OUTPUT_BUCKET: filled,
  /** Another AWS than Amazon's own, such as an emulator. The SDK reads it too. */
  AWS_ENDPOINT_URL: z.optional(url),
};

/** The audit trail. */
export const auditEnv = {
  /** The name of the event bus. */
  AUDIT_BUS: filled,
  /** The bucket of the chain, where there is one. */
  AUDIT_BUCKET: z.optional(filled),
};

/** The queues, by their URLs. */
export const queueUrl = url;

/** Where a service of AWS answers. */
export const serviceUrl = url;

/** The variables of a deployable as `infra` has to set them: all of them texts. */
export type VariablesOf<Env> = {
  [Name in keyof Env as undefined extends Env[Name] ? never : Name]: string;
} & { [Name in keyof Env as undefined extends Env[Name] ? Name : never]?: string | undefined };
