import * as z from 'zod/mini';
import { kindOfError } from './kind-of-error.ts';
import type { Failure } from './patient-call.ts';

/** What is read of an error of Google's client. Its `config` holds the request with the text, so it goes no further. */
const ClientError = z.object({
  status: z.optional(z.unknown()),
  message: z._default(z.string(), ''),
  config: z.optional(z.object({ url: z.optional(z.unknown()) })),
  // Its headers are of another class than ours.
  response: z.optional(z.object({ headers: z.optional(z.custom<Pick<Headers, 'get'>>(isHeaders)) })),
});

/** What an error of Google's client means, in words that quote nothing of it but the status. */
export function googleDlpFailure(thrown: unknown): Failure {
  const { data } = ClientError.safeParse(thrown);
  const status = typeof data?.status === 'number' ? data.status : undefined;
  if (status === undefined) return failureWithoutAnswer(thrown, data?.message ?? '');
  const pauseMilliseconds = retryAfterMilliseconds(data?.response?.headers?.get('retry-after'));
  if (status === 429) return { kind: 'passing', says: 'its quota is used up (429)', pauseMilliseconds };
  if (status >= 500) return { kind: 'passing', says: `it failed (${status})`, pauseMilliseconds };
  if (!String(data?.config?.url ?? '').includes(':inspect'))
    return {
      kind: 'denied',
      says: `Google refused the agent's credentials (${status}). ${credentialsAdvice}`,
    };
  if (status === 401 || status === 403)
    return { kind: 'denied', says: `it refused (${status}). ${grantAdvice}` };
  if (status === 413 || isTooMuch(data?.message ?? ''))
    return { kind: 'too-much', says: 'it found too much' };
  return { kind: 'invalid', says: `it did not accept the request (${status}). ${configAdvice}` };
}

const grantAdvice =
  'Grant the agent roles/dlp.user on the project, and enable dlp.googleapis.com there: docs/google-dlp.md';
const credentialsAdvice =
  'Check the workload identity pool, its attribute condition and the service account: docs/google-dlp.md';
const configAdvice =
  'Check the project, the location, the info types and the patterns of RUNOPS_GOOGLE_DLP: docs/google-dlp.md';

const RETRY_AFTER_SECONDS_MAX = 60;

/** The vendor's words: "Too many findings to de-identify. Retry with a smaller request." */
function isTooMuch(message: string): boolean {
  return /too many findings|smaller request|too large|payload size exceeds/i.test(message);
}

/** Network errors, broken answers, and credentials that could not be loaded: the texts of the library say which. */
function failureWithoutAnswer(thrown: unknown, message: string): Failure {
  const hasNoCredentials = /credential|ENOENT|private key|PEM|DECODER/i.test(message);
  return hasNoCredentials
    ? { kind: 'denied', says: `the agent's Google credentials could not be loaded. ${credentialsAdvice}` }
    : { kind: 'passing', says: `it could not be reached, or its answer was broken${kindOfError(thrown)}` };
}

function isHeaders(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'get' in value && typeof value.get === 'function';
}

function retryAfterMilliseconds(header: string | null | undefined): number {
  const seconds = header && /^\d+$/.test(header) ? Number(header) : 0;
  return Math.min(seconds, RETRY_AFTER_SECONDS_MAX) * 1000;
}
