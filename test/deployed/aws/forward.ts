import { once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

/** A request as it is passed on. */
export interface Passed {
  method: string;
  path: string;
  /** With their names as they came, because some are signed. */
  headers: [name: string, value: string][];
}

export function passedOn({ method = 'GET', url = '/', rawHeaders }: IncomingMessage): Passed {
  const headers = rawHeaders.flatMap((name, n): [string, string][] =>
    n % 2 === 0 ? [[name, rawHeaders[n + 1] ?? '']] : [],
  );
  // Who waits for `100 Continue` has got it from here.
  return { method, path: url, headers: headers.filter(([name]) => name.toLowerCase() !== 'expect') };
}

/** Sends it to `port` of this machine and the answer to `response`, in other words if there are. Returns the status. */
export async function forward(
  port: number,
  { method, path, headers }: Passed,
  body: Iterable<string> | IncomingMessage,
  response: ServerResponse,
  reword?: (text: string) => string,
): Promise<number> {
  const outgoing = request({ host: '127.0.0.1', port, method, path, headers: headers.flat() });
  const sent = pipeline(body, outgoing).catch(() => undefined);
  const [answered] = (await once(outgoing, 'response')) as [IncomingMessage];
  const { statusCode = 502, rawHeaders } = answered;
  if (reword) {
    const reworded = reword(await text(answered));
    const length = { 'content-length': Buffer.byteLength(reworded) };
    response.writeHead(statusCode, { ...answered.headers, ...length }).end(reworded);
  } else {
    response.writeHead(statusCode, rawHeaders);
    await pipeline(answered, response).catch(() => response.destroy());
  }
  await sent;
  return statusCode;
}
