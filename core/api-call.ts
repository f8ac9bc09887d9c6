import { AgentError } from './errors.ts';
import type { Answered } from './http-request.ts';
import { type Http, isPassing, type Patience, type Settled, sendWithRetries } from './http-retry.ts';

/** Where the API is and who we are. */
export interface ApiAddress {
  apiUrl: string;
  token: string;
}

export interface ApiCall {
  /** Completes "asked to …" in messages. */
  purpose: string;
  method: 'GET' | 'POST';
  path: string;
  /** Sent as JSON. */
  body?: unknown;
  /** The first agent named itself in the header `Origin` of some calls, and servers may look at it. */
  hasOrigin?: boolean;
  /**
   * The same for every repetition of one and the same call, so that a server that knows the header can answer a
   * repetition as it answered the first: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
   */
  idempotencyKey?: string;
  /** The span of ours that this call belongs to: `core/trace.ts`. */
  traceparent?: string | undefined;
  /** Whether a success is of use only with its body. */
  needsBody: boolean;
  patience: Patience;
  responseBytesMax: number;
}

/** The API as a function: one call with its retries. The outcome is whatever the last try came to. */
export type CallApi = (call: ApiCall) => Promise<Settled>;

/** @throws AgentError `config-invalid` when the address or the token cannot be used. */
export function callApi({ apiUrl, token }: ApiAddress, http: Http): CallApi {
  const base = baseOf(apiUrl);
  // A bad header value would be quoted in the platform's own error, so it must not get that far.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new AgentError(
      'config-invalid',
      'TOKEN is empty or has characters that no token has. Copy it again.',
    );
  }
  const headers = { accept: 'application/json', authorization: `Bearer ${token}` };

  return (call) => {
    const { method, path, body, hasOrigin, idempotencyKey, traceparent, needsBody, patience } = call;
    const request = {
      method,
      url: base + path,
      headers: {
        ...headers,
        ...(hasOrigin ? { origin: 'agent' } : {}),
        ...(idempotencyKey ? { 'idempotency-key': `"${idempotencyKey}"` } : {}),
        ...(traceparent ? { traceparent } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      responseBytesMax: call.responseBytesMax,
    };
    return sendWithRetries(http, request, patience, needsBody);
  };
}

/**
 * The answer, when it is a success that can be used.
 * @throws AgentError `api-unreachable` or `api-refused`. Its message has the status and our own words, never the
 * server's: those could hold anything.
 */
export function successOf({ purpose, needsBody }: ApiCall, { outcome, tries }: Settled): Answered {
  const what = `The Runops API, asked to ${purpose},`;
  const after = tries > 1 ? ` after ${tries} tries` : '';
  if (outcome.status === null) {
    const message = `${what} gave no answer${after} (${outcome.problem}). Check the network and API_URL.`;
    throw new AgentError('api-unreachable', message, { retryable: true });
  }
  if (isPassing(outcome, needsBody)) {
    const problem = outcome.status < 300 ? `: its answer broke off (${outcome.problem})` : '';
    const message = `${what} answered ${outcome.status}${after}${problem}. This may pass; try again later.`;
    throw new AgentError('api-unreachable', message, { retryable: true });
  }
  if (outcome.status >= 300) {
    const message = `${what} refused with status ${outcome.status}. ${adviceFor(outcome.status)}`;
    throw new AgentError('api-refused', message);
  }
  return outcome;
}

/** The path of the tasks that an agent with these tags is to care for. */
export function tasksPath(status: 'ready' | 'kill-requested', tags: string | null): string {
  const query = new URLSearchParams({ runner_provider: 'runops', status, ...(tags ? { tags } : {}) });
  return `/v2/tasks?${query}`;
}

/** @throws AgentError `api-refused` when the body is not a list in JSON. */
export function listOf(call: ApiCall, answer: Answered): unknown[] {
  const list = jsonOf(call, answer);
  if (Array.isArray(list)) return list;
  const message = `The Runops API, asked to ${call.purpose}, answered with JSON that is not a list. Check API_URL.`;
  throw new AgentError('api-refused', message);
}

/** @throws AgentError `api-refused` when the body is not JSON. */
export function jsonOf({ purpose }: ApiCall, { body, status, problem }: Answered): unknown {
  try {
    return JSON.parse(body ?? '');
  } catch {
    const found = problem ?? 'something that is not JSON';
    const message = `The Runops API, asked to ${purpose}, answered ${status} with ${found}. Check API_URL.`;
    throw new AgentError('api-refused', message);
  }
}

function adviceFor(status: number): string {
  if (status === 401 || status === 403)
    return "Check TOKEN: it must be the organisation's current agent token.";
  if (status < 400) return 'Redirects are not followed; set API_URL to the final address.';
  return "Check API_URL and the server's own log.";
}

function baseOf(apiUrl: string): string {
  const url = URL.canParse(apiUrl) ? new URL(apiUrl) : undefined;
  const isUsable = url && /^https?:$/.test(url.protocol) && !url.username && !url.password;
  if (isUsable && !url.search && !url.hash) return url.href.replace(/\/+$/, '');
  const message =
    'API_URL is not an address such as https://api.runops.io (without user, password and query).';
  throw new AgentError('config-invalid', message);
}
