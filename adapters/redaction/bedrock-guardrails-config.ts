import * as z from 'zod/mini';
import { httpsAddress } from './https-address.ts';
import { parseDetectorConfig } from './parse-detector-config.ts';

const count = (minimum: number, maximum: number) => z.int().check(z.minimum(minimum), z.maximum(maximum));
const guardrail = /^([a-z0-9]+|arn:aws[a-z-]*:bedrock:[a-z0-9-]+:[0-9]{12}:guardrail\/[a-z0-9]+)$/;

export const BedrockGuardrailsConfig = z.strictObject({
  /** Its id or ARN. */
  guardrail: z.string().check(z.regex(guardrail, 'must be the id or the ARN of a guardrail')),
  /** A number: `DRAFT` would let an edit in the console change what leaves. */
  version: z.string().check(z.regex(/^[1-9][0-9]{0,7}$/, 'must be the number of a version, as a string')),
  /** When it is not the region of the agent. */
  region: z.optional(z.string().check(z.regex(/^[a-z]{2}(-[a-z]+)+-[0-9]+$/))),
  endpoint: z.optional(httpsAddress),
  /** A request may have 25 text units of 1,000 characters; more is answered as if the quota were used up. */
  windowCharacters: z._default(count(2000, 25_000), 10_000),
  /** The quota of the region for sensitive information filters. */
  textUnitsPerSecond: z._default(count(1, 10_000), 25),
  parallelRequests: z._default(count(1, 32), 4),
  requestSeconds: z._default(count(1, 300), 30),
  /** All tries of one request with their pauses. */
  totalSeconds: z._default(count(1, 600), 90),
});
export type BedrockGuardrailsConfig = z.infer<typeof BedrockGuardrailsConfig>;

/** @throws AgentError `config-invalid` with all problems in one message. */
export function parseBedrockGuardrailsConfig(json: string): BedrockGuardrailsConfig {
  return parseDetectorConfig(BedrockGuardrailsConfig, json, 'the configuration of Bedrock Guardrails');
}
