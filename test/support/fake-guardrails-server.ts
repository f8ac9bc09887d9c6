import { createServer, type ServerResponse } from 'node:http';

export type GuardrailBehaviour =
  | 'healthy'
  | 'slow' // byte by byte
  | 'throttled' // 429
  | 'broken' // 500
  | 'hangs'
  | 'drops' // the connection, before an answer
  | 'tears' // the connection, in the middle of an answer
  | 'malformed' // half of a JSON text
  | 'empty' // {}
  | 'page' // 200, as a proxy's page
  | 'partial' // says that it looked at a part of the text only
  | 'unfiltered' // a guardrail without sensitive information filters
  | 'blocked' // stepped in for another reason
  | 'paraphrased' // names a value in other words
  | 'too-long' // 400, above its text units
  | 'denied' // 403
  | 'missing'; // 404

export interface GuardrailRequest {
  url: string;
  authorization: string;
  text: string;
}

export interface FakeGuardrailsServer {
  url: string;
  requests: GuardrailRequest[];
  pending(): number;
  parallel(): number;
  /** How the next requests are answered, one each; the last one stays. */
  behave(...behaviours: GuardrailBehaviour[]): void;
  /** What it finds, by the guardrail's own names. */
  detects(entities: Record<string, RegExp>): void;
  /** Resolves when so many requests have come in all. */
  received(count: number): Promise<void>;
  close(): Promise<void>;
}

const TEXT_UNITS_MAX = 25;

/** A stand-in for `bedrock-runtime.REGION.amazonaws.com` on a real socket: ApplyGuardrail, or misbehaviour. */
export async function startFakeGuardrailsServer(): Promise<FakeGuardrailsServer> {
  const requests: GuardrailRequest[] = [];
  const watchers = new Set<() => void>();
  let behaviours: GuardrailBehaviour[] = ['healthy'];
  let entities: Record<string, RegExp> = {};
  let [now, most] = [0, 0];

  const server = createServer(async (request, response) => {
    now++;
    most = Math.max(most, now);
    response.on('close', () => now--);
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const text: string = JSON.parse(Buffer.concat(parts).toString('utf8')).content[0].text.text;
    const behaviour = (behaviours.length > 1 ? behaviours.shift() : behaviours[0]) ?? 'healthy';
    requests.push({ url: request.url ?? '', authorization: request.headers.authorization ?? '', text });
    for (const watcher of watchers) watcher();
    const units = Math.ceil([...text].length / 1000);
    if (units > TEXT_UNITS_MAX) return refuse(response, 429, 'ThrottlingException');
    await new Promise((resolve) => setImmediate(resolve));
    await answer(behaviour, response, applied(text, entities, units));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    requests,
    pending: () => now,
    parallel: () => most,
    behave: (...next) => {
      behaviours = next;
    },
    detects: (next) => {
      entities = next;
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

/** What ApplyGuardrail answers: values without positions, each named once, and the text with names in braces. */
function applied(text: string, entities: Record<string, RegExp>, units: number) {
  const piiEntities = Object.entries(entities).flatMap(([type, pattern]) =>
    [...new Set(text.match(new RegExp(pattern.source, `${pattern.flags}g`)))].map((match) => ({
      type,
      match,
      action: 'ANONYMIZED',
      detected: true,
    })),
  );
  const total = [...text].length;
  return {
    action: piiEntities.length > 0 ? 'GUARDRAIL_INTERVENED' : 'NONE',
    outputs: [],
    assessments: [
      {
        ...(piiEntities.length > 0 ? { sensitiveInformationPolicy: { piiEntities, regexes: [] } } : {}),
        invocationMetrics: { guardrailCoverage: { textCharacters: { guarded: total, total } } },
      },
    ],
    usage: { sensitiveInformationPolicyUnits: units, sensitiveInformationPolicyFreeUnits: 0 },
  };
}

type Applied = ReturnType<typeof applied>;

async function answer(
  behaviour: GuardrailBehaviour,
  response: ServerResponse,
  healthy: Applied,
): Promise<void> {
  const text = JSON.stringify(healthy);
  const say = (body: unknown) => void respond(response, 200, JSON.stringify(body));
  switch (behaviour) {
    case 'slow':
      response.writeHead(200, { 'content-type': 'application/json' });
      for (const byte of Buffer.from(text)) {
        response.write(Buffer.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
      return void response.end();
    case 'throttled':
      return refuse(response, 429, 'ThrottlingException');
    case 'broken':
      return refuse(response, 500, 'InternalServerException');
    case 'hangs':
      return;
    case 'drops':
      return void response.destroy();
    case 'tears':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100000' });
      return void response.write(text.slice(0, 20), () => response.destroy());
    case 'malformed':
      return void respond(response, 200, text.slice(0, -5));
    case 'page':
      return void respond(response, 200, '<html>please log in</html>');
    case 'empty':
      return say({});
    case 'partial': {
      const textCharacters = { guarded: 5, total: 100 };
      return say({
        ...healthy,
        assessments: [{ invocationMetrics: { guardrailCoverage: { textCharacters } } }],
      });
    }
    case 'unfiltered':
      return say({ ...healthy, action: 'NONE', assessments: [{}], usage: { topicPolicyUnits: 1 } });
    case 'blocked':
      return say({ ...healthy, action: 'GUARDRAIL_INTERVENED', assessments: [{}] });
    case 'paraphrased': {
      const piiEntities = [{ type: 'NAME', match: 'Subject One', action: 'ANONYMIZED' }];
      return say({ ...healthy, assessments: [{ sensitiveInformationPolicy: { piiEntities, regexes: [] } }] });
    }
    case 'too-long':
      return refuse(response, 400, 'ValidationException', 'The input exceeds the maximum of text units');
    case 'denied':
      return refuse(response, 403, 'AccessDeniedException');
    case 'missing':
      return refuse(response, 404, 'ResourceNotFoundException');
    default:
      return void respond(response, 200, text);
  }
}

function refuse(response: ServerResponse, status: number, name: string, message = name): void {
  respond(response, status, JSON.stringify({ message }), { 'x-amzn-errortype': name });
}

function respond(response: ServerResponse, status: number, body: string, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}
