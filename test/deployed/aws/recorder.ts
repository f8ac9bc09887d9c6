import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Emulator } from '../../support/emulator.ts';
import { type AwsCall, askedFor, callerOf, scopeOf } from './aws-call.ts';
import { asOwner, inWordsOfAws } from './ecs-as-aws.ts';
import { forward, passedOn } from './forward.ts';

export interface Recorder {
  /** Every call of our own programs, in the order of their answers. */
  calls: AwsCall[];
  /** What our own programs sent to every service but S3: about what CloudTrail shows. */
  bodies: { caller: string; action: string; body: string }[];
  close(): Promise<void>;
}

/**
 * Stands between our programs and the emulator, at the same port of `address`: signatures hold, because the host in
 * them is passed on. It hands out the credentials of task roles itself.
 */
export async function startRecorder(
  emulator: Emulator,
  address: string,
  credentialsAt: (path: string) => Promise<string | undefined>,
): Promise<Recorder> {
  const calls: AwsCall[] = [];
  const bodies: Recorder['bodies'] = [];
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch(() => response.destroy());
  });

  async function answer(incoming: IncomingMessage, response: ServerResponse) {
    const { method = 'GET', url: path = '/', headers } = incoming;
    if (path.startsWith('/v2/credentials/')) {
      const document = await credentialsAt(path);
      response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' }).end(document);
      return;
    }
    const { accessKeyId, service } = scopeOf(headers);
    const kept = service === 's3' ? '' : (await buffer(incoming)).toString();
    const status = await passOn(emulator, { incoming, service, kept }, response);
    const caller = callerOf(headers);
    if (!caller) return;
    const asked = askedFor({ method, path, headers, body: kept });
    calls.push({ caller, ...asked, accessKeyId, status });
    if (kept) bodies.push({ caller, action: asked.action, body: kept });
  }

  server.listen(emulator.port, address);
  await once(server, 'listening');
  return {
    calls,
    bodies,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function passOn(
  emulator: Emulator,
  { incoming, service, kept }: { incoming: IncomingMessage; service: string; kept: string },
  response: ServerResponse,
): Promise<number> {
  const passed = passedOn(incoming);
  // It ends the TLS that our buckets ask for: there is none on this machine.
  passed.headers.push(['x-forwarded-proto', 'https']);
  if (service === 's3') return forward(emulator.port, passed, incoming, response);
  if (service !== 'ecs') return forward(emulator.port, passed, [kept], response);
  return forward(emulator.port, asOwner(emulator, passed, kept), [kept], response, inWordsOfAws);
}
