import * as z from 'zod/mini';
import { kindOfError } from './kind-of-error.ts';
import type { Failure } from './patient-call.ts';

const SdkError = z.object({
  name: z._default(z.string(), ''),
  message: z._default(z.string(), ''),
  $metadata: z.optional(z.object({ httpStatusCode: z.optional(z.number()) })),
});

/** What an error of the AWS SDK means, in words that quote nothing of it but its name and status. */
export function guardrailFailure(thrown: unknown): Failure {
  const { data } = SdkError.safeParse(thrown);
  const status = data?.$metadata?.httpStatusCode;
  const name = data?.name ?? '';
  if (name === 'CredentialsProviderError') {
    return { kind: 'denied', says: `the agent's AWS credentials could not be loaded. ${advice}` };
  }
  if (status === undefined || status < 400) {
    return {
      kind: 'passing',
      says: `it could not be reached, or its answer was broken${kindOfError(thrown)}`,
    };
  }
  if (status === 429 || /Throttling|TooManyRequests|ServiceQuotaExceeded/.test(name)) {
    return { kind: 'passing', says: 'its quota is used up (429)' };
  }
  if (status >= 500 || status === 408) return { kind: 'passing', says: `it failed (${status})` };
  if (status === 401 || status === 403) return { kind: 'denied', says: `it refused (${status}). ${advice}` };
  if (status === 413 || /text units|too (long|large)|maximum|exceed/i.test(data?.message ?? '')) {
    return { kind: 'too-much', says: 'the text was too long for it' };
  }
  return {
    kind: 'invalid',
    says:
      `it did not accept the request (${status}). Check the guardrail, its version and the region of ` +
      'RUNOPS_BEDROCK_GUARDRAIL: docs/bedrock-guardrails.md',
  };
}

const advice = 'Grant the agent bedrock:ApplyGuardrail on the guardrail: docs/bedrock-guardrails.md';
