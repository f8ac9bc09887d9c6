import type { Fetch } from '../../core/http-request.ts';
import { countFault } from './history.ts';
import { isWithin } from './mix.ts';
import { isFaulty, type Process, type Universe } from './process.ts';
import type { Answer, RunopsServer } from './runops-server.ts';

/** `fetch` as a process has it: the real client of the API runs over it. */
export function network(universe: Universe, server: RunopsServer, process: Process): Fetch {
  const { random, history, mix, scheduler } = universe;

  /** The server may fail before and after it did what it was asked to. */
  function exchange(method: string, url: URL, key: string | null, body: string): Answer {
    const isSpared = mix.api.onlyLocksDown && !url.pathname.endsWith('/lock');
    if (isWithin(mix.apiDown, scheduler.now()) && !isSpared) {
      countFault(history, 'API down');
      if (random.chance(0.5)) return { status: 503, body: {} };
      throw networkError('ECONNREFUSED');
    }
    const fails = (rate: number) => isFaulty(universe) && rate > 0 && random.chance(rate);
    if (fails(mix.calls.instead)) return failed('API 429 or 500 instead', random.pick([500, 429, 503]));
    const answer = server.handle(method, url, key, body);
    if (fails(mix.calls.after)) return failed('API 500 after it did it', random.pick([500, 502]));
    return answer;
  }

  function failed(kind: string, status: number): Answer {
    countFault(history, kind);
    return { status, body: {} };
  }

  return async (address, init) => {
    const url = new URL(address);
    // Whether the extensions are on is part of the deployment, and so no call that could fail.
    if (url.pathname === '/v1/agents') return lightResponse(200, '{"webhook_extensions":true}');
    const body = await textOf(init.body);
    if (body !== '') history.left.push({ where: 'api', text: body });
    const locked = /^\/v1\/tasks\/(\d+)\/lock$/.exec(url.pathname)?.[1];
    if (locked !== undefined) history.locksAsked.add(locked);
    const headers = init.headers;
    const key = headers && 'idempotency-key' in headers ? String(headers['idempotency-key']) : null;
    const { status, body: content } = await process.call(
      `${init.method} ${url.hostname.split('.')[0]}${url.pathname}${url.searchParams.get('status') ?? ''}`,
      once(
        () => exchange(init.method ?? 'GET', url, key, body),
        ({ status }) => {
          // A proxy may repeat a request that came through.
          if (status < 300) server.handle(init.method ?? 'GET', url, key, body);
        },
      ),
      () => networkError('ECONNRESET'),
      { answerOf: 'first' },
    );
    return lightResponse(status, JSON.stringify(content));
  };
}

/** Does its work the first time it is called, and `again` after that; the first answer stays. */
function once<T>(work: () => T, again: (first: T) => void): () => T {
  let first: { value: T } | undefined;
  return () => {
    if (first) again(first.value);
    else first = { value: work() };
    return first.value;
  };
}

/** The part of a `Response` that the client reads: a real one takes longer than the rest of a call. */
function lightResponse(status: number, text: string): Response {
  const body = (async function* () {
    yield Buffer.from(text);
  })();
  const response: unknown = { status, headers: new Map(), body };
  return response as Response;
}

function networkError(code: string): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });
}

async function textOf(body: RequestInit['body']): Promise<string> {
  if (typeof body === 'string') return body;
  if (!body || !(Symbol.asyncIterator in body)) return '';
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}
