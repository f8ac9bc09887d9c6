import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One answer: JSON, or whatever a function writes. */
export type Reply =
  | { status?: number; body?: unknown; text?: string; headers?: Record<string, string> }
  | ((request: IncomingMessage, response: ServerResponse) => void);

export interface Received {
  /** `POST /v1/tasks` */
  call: string;
  query: Record<string, string>;
  headers: IncomingMessage['headers'];
  body: unknown;
}

export interface FakeUserApi {
  url: string;
  received: Received[];
  /** What was received for one call, as in `POST /v1/tasks`. */
  calls(call: string): Received[];
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * The user's side of a Runops server, over real sockets, with scripted answers:
 * `{ 'GET /v1/tasks/12': [first, then] }`. Of several answers each is given once
 * and the last one for ever. What has no answer is a 404.
 */
export async function fakeUserApi(script: Record<string, Reply | readonly Reply[]>): Promise<FakeUserApi> {
  const received: Received[] = [];
  const given = new Map<string, number>();
  const nextReply = (call: string): Reply => {
    const replies = [script[call] ?? notFound].flat();
    const turn = given.get(call) ?? 0;
    given.set(call, turn + 1);
    return replies[Math.min(turn, replies.length - 1)] ?? notFound;
  };
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const call = `${request.method} ${pathname}`;
    const sent = await text(request).catch(() => '');
    const body: unknown = sent === '' ? undefined : JSON.parse(sent);
    received.push({ call, query: Object.fromEntries(searchParams), headers: request.headers, body });
    answer(nextReply(call), request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = addressOf(server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    calls: (call) => received.filter((one) => one.call === call),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const notFound: Reply = { status: 404, body: { message: 'not found' } };

function answer(reply: Reply, request: IncomingMessage, response: ServerResponse): void {
  if (typeof reply === 'function') {
    reply(request, response);
    return;
  }
  response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
  response.end(reply.text ?? (reply.body === undefined ? '' : JSON.stringify(reply.body)));
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('The server does not listen.');
  return address;
}
