import type { Clock } from './ports.ts';

/** The one way to the network: the platform's `fetch`, given as an argument. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT';
  url: string;
  headers: Record<string, string>;
  /** A stream is opened anew for each try. */
  body?: string | (() => AsyncIterable<Uint8Array>);
  /** For connecting, sending and reading the answer to its end. */
  timeoutMilliseconds: number;
  /** How long a streamed body may stand still. */
  stallMilliseconds?: number;
  responseBytesMax: number;
}

export type HttpOutcome = Answered | Unanswered;

export interface Answered {
  status: number;
  /** Null when it could not be read to its end; then `problem` says why. */
  body: string | null;
  problem: string | null;
  /** The answer broke off on its way: another try may get all of it. */
  isTorn: boolean;
  /** The header `Retry-After` as it came. */
  retryAfter: string | null;
}

export interface Unanswered {
  status: null;
  problem: string;
  /** False when it is certain that the server never saw the request. */
  mayHaveArrived: boolean;
}

/** Failures before a connection exists. https://nodejs.org/api/errors.html#common-system-errors */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/**
 * Makes one request, within its limits. What goes wrong on the way is an outcome, not an error, and redirects
 * are not followed: they could carry a token to another host.
 * @throws what the stream of the request's own body throws.
 */
export async function sendRequest(
  { fetch, clock }: { fetch: Fetch; clock: Clock },
  request: HttpRequest,
): Promise<HttpOutcome> {
  const abort = new AbortController();
  const source: Source = { movedAt: clock.now(), failure: undefined };
  let response: Response | undefined;

  const exchange = async (): Promise<HttpOutcome> => {
    try {
      response = await fetch(request.url, requestInit(request, abort.signal, source, clock));
      const body = await readText(response, request.responseBytesMax);
      const problem = body === null ? `an answer of more than ${request.responseBytesMax} bytes` : null;
      return { ...headOf(response), body, problem, isTorn: false };
    } catch (thrown) {
      if (source.failure) throw source.failure.thrown;
      return broken(response, codeOf(thrown));
    }
  };
  const expiry = async (): Promise<HttpOutcome> => {
    await clock.sleep(request.timeoutMilliseconds, abort.signal);
    return broken(response, `timeout after ${request.timeoutMilliseconds / 1000} s`);
  };
  const stall = async (milliseconds: number): Promise<HttpOutcome> => {
    for (let left = milliseconds; left > 0 && !abort.signal.aborted; ) {
      await clock.sleep(left, abort.signal);
      left = source.movedAt + milliseconds - clock.now();
    }
    return broken(response, `no progress for ${milliseconds / 1000} s`);
  };

  const racers = [exchange(), expiry()];
  if (request.stallMilliseconds !== undefined) racers.push(stall(request.stallMilliseconds));
  try {
    return await Promise.race(racers);
  } finally {
    abort.abort(); // ends the timers, and the connection when it is still in use
  }
}

/** The stream of the request's body: when it last went on, and how it failed. */
interface Source {
  movedAt: number;
  failure: { thrown: unknown } | undefined;
}

function requestInit(request: HttpRequest, signal: AbortSignal, source: Source, clock: Clock): RequestInit {
  const { method, headers, body } = request;
  const init: RequestInit = { method, headers, signal, redirect: 'manual' };
  if (typeof body === 'string') return { ...init, body };
  return body ? { ...init, body: watched(body, source, clock), duplex: 'half' } : init;
}

/** The next chunk is asked for when the socket has taken the one before: that is progress. */
async function* watched(
  open: () => AsyncIterable<Uint8Array>,
  source: Source,
  clock: Clock,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of open()) {
      source.movedAt = clock.now();
      yield chunk;
    }
    source.movedAt = clock.now();
  } catch (thrown) {
    source.failure = { thrown };
    throw thrown;
  }
}

/** The body as text, or null when it is longer than `bytesMax`. Counted after decompression. */
async function readText(response: Response, bytesMax: number): Promise<string | null> {
  const decoder = new TextDecoder();
  const texts: string[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > bytesMax) return null;
    texts.push(decoder.decode(chunk, { stream: true }));
  }
  return texts.join('') + decoder.decode();
}

function headOf(response: Response): Pick<Answered, 'status' | 'retryAfter'> {
  return { status: response.status, retryAfter: response.headers.get('retry-after') };
}

function broken(response: Response | undefined, problem: string): HttpOutcome {
  if (response) return { ...headOf(response), body: null, problem, isTorn: true };
  return { status: null, problem, mayHaveArrived: !NEVER_SENT.has(problem) };
}

/** The code of a network error such as ECONNRESET. Never its message: that may quote addresses and headers. */
function codeOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]+$/.test(code) ? code : 'network error';
}
