import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

/** What the engine is asked to create: https://docs.docker.com/reference/api/engine/version/v1.41/ */
export interface ContainerConfig {
  Image: string;
  Env: string[];
  Labels: Record<string, string>;
  HostConfig: Record<string, unknown>;
  [key: string]: unknown;
}

const engine = '/var/run/docker.sock';

/** A Docker engine at the socket `path` that creates its containers as `amend` says. */
export async function startDockerProxy(
  path: string,
  amend: (config: ContainerConfig) => Promise<ContainerConfig>,
): Promise<{ close(): Promise<void> }> {
  const server = createServer((incoming, response) => {
    answer(incoming, response, amend).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ message: String(error) }));
    });
  });
  server.listen(path);
  await once(server, 'listening');
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  incoming: IncomingMessage,
  response: ServerResponse,
  amend: (config: ContainerConfig) => Promise<ContainerConfig>,
) {
  const { method, url: path = '', headers } = incoming;
  const creates = method === 'POST' && /^(\/v[\d.]+)?\/containers\/create\b/.test(path);
  if (!creates) return forward({ method, path, headers }, incoming, response);
  const amended = JSON.stringify(await amend(JSON.parse((await buffer(incoming)).toString())));
  const length = { 'content-length': String(Buffer.byteLength(amended)) };
  // The platform is a wish of the emulator's; whatever architecture was built is there.
  const anyPlatform = path.replace(/([?&])platform=[^&]*/, '$1');
  await forward({ method, path: anyPlatform, headers: { ...headers, ...length } }, [amended], response);
}

async function forward(
  options: { method: string | undefined; path: string; headers: IncomingMessage['headers'] },
  body: Iterable<string> | IncomingMessage,
  response: ServerResponse,
) {
  const outgoing = request({ socketPath: engine, ...options });
  // An engine that refuses early closes the connection in the middle of the body.
  const sent = pipeline(body, outgoing).catch(() => undefined);
  const [answered] = (await once(outgoing, 'response')) as [IncomingMessage];
  response.writeHead(answered.statusCode ?? 502, answered.headers);
  // Output that is followed arrives in its own time.
  response.flushHeaders();
  await pipeline(answered, response).catch(() => response.destroy());
  await sent;
}
