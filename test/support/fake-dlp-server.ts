import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { inspectText } from './fake-dlp-inspection.ts';

export type DlpBehaviour =
  | 'healthy'
  | 'slow' // byte by byte
  | 'quota' // 429
  | 'broken' // 500, in words
  | 'hangs'
  | 'drops' // the connection, before an answer
  | 'tears' // the connection, in the middle of an answer
  | 'malformed' // half of a JSON text
  | 'page' // 200, as a proxy's page
  | 'empty' // {}
  | 'nonsense' // JSON of another form, which Google's client reads as "nothing found"
  | 'half' // looks at the first half of the text only
  | 'shifted' // has positions that are off by one
  | 'truncated' // findingsTruncated
  | 'crowded' // 400, too many findings
  | 'denied' // 403
  | 'unknown-info-type'; // 400

export interface DlpRequest {
  url: string;
  authorization: string;
  bytes: number;
  text: string;
  /** Whether the answer is to hold the values themselves. */
  asksForQuotes: boolean;
}

export interface FakeDlpServer {
  url: string;
  requests: DlpRequest[];
  /** How many requests were under way at once, at most. */
  parallel(): number;
  /** How many are under way now. */
  pending(): number;
  connections(): number;
  /** How the next requests are answered, one each; the last one stays. */
  behave(...behaviours: DlpBehaviour[]): void;
  /** What it finds, by info type. */
  detects(infoTypes: Record<string, RegExp>): void;
  /** More findings than this in a request are truncated. */
  findingsMax(count: number): void;
  /** Resolves when so many requests have come in all. */
  received(count: number): Promise<void>;
  close(): Promise<void>;
}

const REQUEST_BYTES_MAX = 524_288;

/** A stand-in for `dlp.googleapis.com` on a real socket: it inspects, within the vendor's limits, or misbehaves. */
export async function startFakeDlpServer(): Promise<FakeDlpServer> {
  const requests: DlpRequest[] = [];
  const watchers = new Set<() => void>();
  let behaviours: DlpBehaviour[] = ['healthy'];
  let infoTypes: Record<string, RegExp> = {};
  let findingsMax = 3000;
  let [now, most, connections] = [0, 0, 0];

  const server = createServer(async (request, response) => {
    now++;
    most = Math.max(most, now);
    response.on('close', () => now--);
    const body = await bodyOf(request);
    const behaviour = (behaviours.length > 1 ? behaviours.shift() : behaviours[0]) ?? 'healthy';
    const { item, inspectConfig } = JSON.parse(body);
    requests.push({
      url: request.url ?? '',
      authorization: request.headers.authorization ?? '',
      bytes: Buffer.byteLength(body),
      text: item.value,
      asksForQuotes: inspectConfig.includeQuote === true,
    });
    for (const watcher of watchers) watcher();
    const isTooLong = Buffer.byteLength(body) > REQUEST_BYTES_MAX;
    if (isTooLong)
      return refuse(response, 400, 'INVALID_ARGUMENT', 'Request payload size exceeds the limit.');
    // A turn of the event loop, so that requests of the same moment are seen to be under way together.
    await new Promise((resolve) => setImmediate(resolve));
    const text = behaviour === 'half' ? item.value.slice(0, item.value.length / 2) : item.value;
    const shift = behaviour === 'shifted' ? 1 : 0;
    const result = inspectText(text, { infoTypes, inspectConfig, findingsMax, shift });
    await answer(behaviour, response, JSON.stringify({ result }));
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    requests,
    parallel: () => most,
    pending: () => now,
    connections: () => connections,
    behave: (...next) => {
      behaviours = next;
    },
    detects: (next) => {
      infoTypes = next;
    },
    findingsMax: (count) => {
      findingsMax = count;
    },
    received: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (requests.length >= count && watchers.delete(look)) resolve();
        };
        watchers.add(look);
        look();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(behaviour: DlpBehaviour, response: ServerResponse, healthy: string): Promise<void> {
  const say = (text: string, type = 'application/json') =>
    response.writeHead(200, { 'content-type': type }).end(text);
  switch (behaviour) {
    case 'slow':
      response.writeHead(200, { 'content-type': 'application/json' });
      for (const byte of Buffer.from(healthy)) {
        response.write(Buffer.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
      return void response.end();
    case 'quota':
      response.setHeader('retry-after', '7');
      return refuse(response, 429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.');
    case 'broken':
      return void response.writeHead(500).end('internal error');
    case 'hangs':
      return;
    case 'drops':
      return void response.destroy();
    case 'tears':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100000' });
      return void response.write(healthy.slice(0, 20), () => response.destroy());
    case 'malformed':
      return void say(healthy.slice(0, -5));
    case 'page':
      return void say('<html>please log in</html>', 'text/html');
    case 'empty':
      return void say('{}');
    case 'nonsense':
      return void say('{"result":"done"}');
    case 'truncated':
      return void say('{"result":{"findings":[],"findingsTruncated":true}}');
    case 'crowded':
      return refuse(response, 400, 'INVALID_ARGUMENT', 'Too many findings. Retry with a smaller request.');
    case 'denied':
      return refuse(response, 403, 'PERMISSION_DENIED', 'dlp.content.inspect is missing');
    case 'unknown-info-type':
      return refuse(response, 400, 'INVALID_ARGUMENT', 'Invalid built-in info type name.');
    default:
      return void say(healthy);
  }
}

function refuse(response: ServerResponse, code: number, status: string, message: string): void {
  response
    .writeHead(code, { 'content-type': 'application/json' })
    .end(JSON.stringify({ error: { code, status, message } }));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
