import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { type Answered, type HttpOutcome, sendRequest } from '../core/http-request.ts';
import type { Clock } from '../core/ports.ts';
import { CliError, RefusedError, UnreachableError } from './errors.ts';
import type { Server } from './server.ts';

/** The calls of the user's side of the Runops API. Answers come as the server wrote them. */
export interface Api {
  get(path: string, query?: Readonly<Record<string, string | undefined>>): Promise<unknown>;
  /** Changes something. Never repeated: whether a lost answer means that nothing happened, nobody can know. */
  send(method: 'POST' | 'PUT', path: string, body?: unknown, timeoutSeconds?: number): Promise<unknown>;
  /** Fetches a log from its signed address, without our token. */
  download(url: string): AsyncIterable<Uint8Array>;
}

const CALL_SECONDS = 30;
/** Of silence while a log is downloaded; how long the whole takes is nobody's business. */
const IDLE_SECONDS = 60;
const ANSWER_BYTES_MAX = 256 * 1024 * 1024;

const clock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, signal ? { signal } : {}).catch(() => {}),
};

export function httpApi(server: Server): Api {
  const ask = async (
    method: 'GET' | 'POST' | 'PUT',
    pathAndQuery: string,
    seconds: number,
    body?: unknown,
  ) => {
    const outcome = await sendRequest(
      { fetch, clock },
      {
        method,
        url: `${server.url}${pathAndQuery}`,
        headers: {
          authorization: `Bearer ${server.token}`,
          accept: 'application/json',
          // Servers that can answer at once, https://www.rfc-editor.org/rfc/rfc7240#section-4.1
          ...(method === 'POST' ? { prefer: 'respond-async' } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        timeoutMilliseconds: seconds * 1000,
        responseBytesMax: ANSWER_BYTES_MAX,
      },
    );
    return answerOf(outcome, server, `${method} ${pathAndQuery.replace(/\?.*/, '')}`);
  };
  return {
    get: (path, query = {}) => ask('GET', `${path}${searchOf(query)}`, CALL_SECONDS),
    send: (method, path, body, timeoutSeconds = CALL_SECONDS) => ask(method, path, timeoutSeconds, body),
    download,
  };
}

function searchOf(query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).flatMap(([key, value]): [string, string][] =>
    value === undefined ? [] : [[key, value]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

function answerOf(outcome: HttpOutcome, server: Server, what: string): unknown {
  if (outcome.status === null) {
    const message = `The server at ${server.url} cannot be reached (${inWords(outcome.problem)}). ${server.advice}`;
    throw new UnreachableError(message, outcome.mayHaveArrived);
  }
  if (outcome.body === null) {
    throw new UnreachableError(
      `The answer of ${server.url} to ${what} is not whole (${outcome.problem}).`,
      true,
    );
  }
  if (outcome.status >= 300) throw refusal(outcome, outcome.body, server, what);
  const answer = parsedJson(outcome.body);
  if (answer !== undefined) return answer;
  throw new CliError(
    `${server.url} answered ${what} with something that is not JSON. Is it the address of a Runops server?`,
  );
}

function refusal({ status }: Answered, body: string, server: Server, what: string): RefusedError {
  if (status < 400) {
    const why = 'It is not followed: the token could go to another host.';
    const fix = 'Set RUNOPS_API_URL to where it leads, often the same address with https.';
    return new RefusedError(status, `${server.url} redirects ${what}. ${why} ${fix}`);
  }
  const message =
    withMessage.safeParse(parsedJson(body)).data?.message ?? `${server.url} answered ${status} to ${what}.`;
  if (status !== 401) return new RefusedError(status, message);
  const fix = 'Set RUNOPS_TOKEN to a token of this server, or start the local one again: npm start';
  return new RefusedError(status, `The server does not accept the token (401: ${message}) ${fix}`);
}

const withMessage = z.object({ message: z.string().check(z.minLength(1)) });

function parsedJson(text: string): unknown {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function inWords(problem: string): string {
  return problem === 'ECONNREFUSED' ? 'connection refused' : problem;
}

async function* download(url: string): AsyncGenerator<Uint8Array> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new CliError('The server gave an address of the log that is neither http nor https.');
  }
  const abort = new AbortController();
  // The timer runs only while we wait for the network, not while a reader such as `less` makes us wait.
  const timed = async <T>(wait: Promise<T>): Promise<T> => {
    const timer = setTimeout(() => abort.abort(), IDLE_SECONDS * 1000);
    return await wait.finally(() => clearTimeout(timer));
  };
  try {
    const response = await timed(fetch(url, { signal: abort.signal }));
    if (!response.ok) {
      throw new RefusedError(
        response.status,
        `The log store at ${new URL(url).host} answered ${response.status}.`,
      );
    }
    const reader = response.body?.getReader();
    for (let part = await timed(read(reader)); !part.done; part = await timed(read(reader))) yield part.value;
  } catch (error) {
    if (error instanceof CliError) throw error;
    const why = abort.signal.aborted ? `nothing came for ${IDLE_SECONDS} seconds` : 'the connection failed';
    throw new UnreachableError(
      `The log could not be fetched whole from ${new URL(url).host}: ${why}.`,
      false,
    );
  } finally {
    abort.abort();
  }
}

type Part = { done: true } | { done: false; value: Uint8Array };

async function read(reader: ReadableStreamDefaultReader<Uint8Array> | undefined): Promise<Part> {
  const part = await reader?.read();
  return part === undefined || part.done ? { done: true } : { done: false, value: part.value };
}
