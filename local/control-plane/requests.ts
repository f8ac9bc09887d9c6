import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { readJson } from './body.ts';
import { HttpError } from './http-error.ts';
import type { Caller } from './identities.ts';
import { isLoopback, requireOwnHost } from './loopback.ts';
import type { Answer, Call, Match } from './router.ts';

export interface RequestParts {
  find(method: string, path: string): Match;
  identify(authorization: string | undefined): Promise<Caller>;
  host: string;
  publicUrl: string | undefined;
  /** Told of what is our own fault; the caller only learns that it is. */
  failed(error: unknown): void;
}

/** Answers one request; never rejects. */
export async function answerRequest(
  parts: RequestParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  try {
    await send(response, await answerOf(parts, request, gone.signal));
  } catch (error) {
    if (!(error instanceof HttpError) && !gone.signal.aborted) parts.failed(error);
    if (response.headersSent) response.destroy();
    else await send(response, errorAnswer(error)).catch(() => response.destroy());
  }
  // The rest of a body that nobody read: without this the connection would stand still.
  request.resume();
}

async function answerOf(parts: RequestParts, request: IncomingMessage, gone: AbortSignal): Promise<Answer> {
  if (isLoopback(parts.host)) requireOwnHost(request.headers.host, parts.publicUrl);
  const url = parseUrl(request.url ?? '/');
  const { route, params } = parts.find(request.method ?? '', url.pathname);
  const caller = route.for === 'anyone' ? undefined : await parts.identify(request.headers.authorization);
  const body = async () =>
    route.bodyBytesMax === 'raw' ? undefined : await readJson(request, route.bodyBytesMax ?? 1024 * 1024);
  const call = async (jwt: string | null): Promise<Call> => {
    const baseUrl = parts.publicUrl ?? `http://${request.headers.host}`;
    return { params, query: url.searchParams, body: await body(), request, baseUrl, jwt, gone };
  };

  if (route.for === 'anyone') return route.handle(await call(null));
  if (route.for === 'agent') {
    if (caller?.kind !== 'agent') throw new HttpError(403, 'This call is for agents: send the agent token.');
    return route.handle(await call(null));
  }
  if (caller?.kind !== 'user')
    throw new HttpError(403, 'This call is for users: send a user token, not the agent’s.');
  if (route.for === 'admin' && !caller.user.isAdmin) {
    throw new HttpError(403, 'This call is for members of the group admin.');
  }
  return route.handle(await call(caller.jwt), caller.user);
}

function parseUrl(path: string): URL {
  const url = URL.parse(path, 'http://localhost');
  if (url) return url;
  throw new HttpError(400, 'The address cannot be read.');
}

function errorAnswer(error: unknown): Answer {
  if (error instanceof HttpError)
    return { status: error.status, body: { message: error.message }, headers: error.headers };
  return { status: 500, body: { message: 'The server failed; its own log says why. Try again.' } };
}

async function send(response: ServerResponse, answer: Answer): Promise<void> {
  response.statusCode = answer.status;
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('cache-control', 'no-store');
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  if (answer.text === undefined) {
    if (answer.body === undefined) return void response.end();
    response.setHeader('content-type', 'application/json');
    return void response.end(JSON.stringify(answer.body));
  }
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  if (typeof answer.text === 'string') return void response.end(answer.text);
  await pipeline(answer.text, response);
}
