import type { ClientRequest, IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Fetch } from '../core/http-request.ts';

/**
 * The platform's `fetch`, save for bodies that are streams: those it buffers generously (a log of 100 MB took
 * 120 MB of memory, measured), so they go through `node:http`, which holds little more than one chunk.
 */
export const streamingFetch: Fetch = (url, init) => {
  const { body } = init;
  return isStream(body) ? send(url, init, body) : fetch(url, init);
};

function isStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body && !('getReader' in body);
}

async function send(url: string, init: RequestInit, body: AsyncIterable<Uint8Array>): Promise<Response> {
  // Loaded here, because it loads the platform's `fetch` too: 16 ms that a function without an upload need not spend.
  const http = new URL(url).protocol === 'https:' ? await import('node:https') : await import('node:http');
  const request = http.request(url, {
    method: init.method ?? 'PUT',
    headers: Object.fromEntries(new Headers(init.headers)),
    ...(init.signal ? { signal: init.signal } : {}),
  });
  const answered = answerOf(request);
  // A server may answer, and close, before it has read everything: its answer counts more than our broken pipe.
  const sent = pipeline(Readable.from(body), request);
  return Promise.race([answered, sent.then(() => answered)]).catch((broken) => earlyAnswer(answered, broken));
}

function answerOf(request: ClientRequest): Promise<Response> {
  return new Promise((resolve, reject) => {
    request.on('response', (message) => resolve(responseOf(message)));
    request.on('error', reject);
  });
}

function responseOf(message: IncomingMessage): Response {
  const headers = Object.entries(message.headersDistinct).flatMap(([name, values]) =>
    (values ?? []).map((value): [string, string] => [name, value]),
  );
  const status = message.statusCode ?? 502;
  // The statuses that have no body: https://fetch.spec.whatwg.org/#null-body-status
  const isBodiless = [204, 205, 304].includes(status);
  if (isBodiless) message.resume();
  return new Response(isBodiless ? null : Readable.toWeb(message), { status, headers });
}

async function earlyAnswer(answered: Promise<Response>, broken: unknown): Promise<Response> {
  return answered.catch(() => {
    throw broken;
  });
}
