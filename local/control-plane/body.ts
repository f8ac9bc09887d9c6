import type { IncomingMessage } from 'node:http';
import { HttpError } from './http-error.ts';

/** Reads a JSON body of at most so many bytes; undefined when there is none. */
export async function readJson(request: IncomingMessage, bytesMax: number): Promise<unknown> {
  const bytes = await readBytes(request, bytesMax);
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new HttpError(400, 'The body is not JSON in UTF-8.');
  }
}

async function readBytes(request: IncomingMessage, bytesMax: number): Promise<Uint8Array> {
  const tooLarge = () => new HttpError(413, `The body is larger than ${bytesMax / 1024 / 1024} MiB.`);
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of bodyChunks(request)) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The body as it arrives. Leaving early keeps the connection, so that the caller can still be told why. */
export function bodyChunks(request: IncomingMessage): AsyncIterable<Buffer> {
  return request.iterator({ destroyOnReturn: false });
}
