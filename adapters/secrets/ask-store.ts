import { type Http, type Patience, sendWithRetries } from '../../core/http-retry.ts';
import { limits } from '../../core/limits.ts';

export interface StoreQuestion {
  method: 'GET' | 'POST' | 'PUT';
  url: string;
  headers: Record<string, string>;
  /** Sent as JSON. */
  body?: Readonly<Record<string, unknown>>;
}

/** `json` is undefined for an answer that is none. `problem` says why there was no answer: the code of an error. */
export type StoreAnswer = { status: number; json: unknown } | { status: null; problem: string };

/** Asks a secret store that speaks JSON, within limits of time and size. It never throws. */
export async function askStore(
  http: Http,
  { body, headers, ...rest }: StoreQuestion,
  patience: Patience = limits.secretCalls.read,
): Promise<StoreAnswer> {
  const json = body ? { body: JSON.stringify(body) } : {};
  const request = {
    ...rest,
    ...json,
    headers: {
      accept: 'application/json',
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...headers,
    },
    responseBytesMax: limits.secretBytes,
  };
  const { outcome } = await sendWithRetries(http, request, patience, true);
  if (outcome.status === null) return { status: null, problem: outcome.problem };
  // An answer of a refusal counts although its text was torn.
  if (outcome.body === null && outcome.status < 300) return { status: null, problem: outcome.problem ?? '' };
  return { status: outcome.status, json: parse(outcome.body ?? '') };
}

/** The parser's own error would quote the secret, so it ends here. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
