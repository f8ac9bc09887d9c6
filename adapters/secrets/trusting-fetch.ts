import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { Readable } from 'node:stream';
import { AgentError } from '../../core/errors.ts';
import type { Fetch } from '../../core/http-request.ts';

/**
 * The platform's `fetch` with certificate authorities of our own, which it cannot be given: requests with a text or
 * without a body over https. Without a file it is the platform's own.
 * @throws AgentError `config-invalid` when the file cannot be read; `variable` is what names it.
 */
export async function fetchTrusting(file: string | undefined, variable: string): Promise<Fetch> {
  if (file === undefined) return fetch;
  const ca = await readFile(file).catch((cause) => {
    const message =
      `${variable} names ${file}, which cannot be read (${cause.code}). Correct it and start the ` +
      `agent again.`;
    throw new AgentError('config-invalid', message, { cause });
  });
  return (url, init) => (url.startsWith('https:') ? send(url, init, ca) : fetch(url, init));
}

function send(url: string, init: RequestInit, ca: Buffer): Promise<Response> {
  return new Promise((resolve, reject) => {
    const options = {
      ca,
      method: init.method ?? 'GET',
      headers: Object.fromEntries(new Headers(init.headers)),
      ...(init.signal ? { signal: init.signal } : {}),
    };
    const sent = request(url, options, (message) => {
      const status = message.statusCode ?? 502;
      // The statuses that have no body: https://fetch.spec.whatwg.org/#null-body-status
      const isBodiless = [204, 205, 304].includes(status);
      if (isBodiless) message.resume();
      resolve(new Response(isBodiless ? null : Readable.toWeb(message), { status }));
    });
    // As the platform's own does it: the code is the cause's.
    sent.on('error', (cause) => reject(new TypeError('fetch failed', { cause })));
    sent.end(typeof init.body === 'string' ? init.body : undefined);
  });
}
