import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { VerifyIdentity } from '../../core/identity.ts';
import type { Clock } from '../../core/ports.ts';
import { agentPresence } from './agent-presence.ts';
import { replaceAgentToken } from './agents.ts';
import { bootstrap } from './bootstrap.ts';
import { identities } from './identities.ts';
import { logFiles } from './log-files.ts';
import type { Plane } from './plane.ts';
import { answerRequest } from './requests.ts';
import { router } from './router.ts';
import { allRoutes } from './routes.ts';
import { signedUrls } from './signed-urls.ts';
import { openStore } from './store.ts';
import { taskWaits } from './task-waits.ts';
import { type RandomBytes, tokens } from './tokens.ts';

export interface ControlPlaneOptions {
  /** Path of the SQLite file, or `:memory:`. Big logs are files in the folder `<database>-logs` beside it. */
  database: string;
  /** 0 picks a free one. */
  port: number;
  /** @default '127.0.0.1' */
  host?: string;
  clock: Clock;
  /** @default the operating system's */
  random?: RandomBytes;
  /** How long `POST /v1/tasks` waits for the result. @default 100, below the 120 s of the known clients */
  waitSecondsMax?: number;
  /** What agents are told at their registration. @default 200 */
  pollIntervalMs?: number;
  /** @default 'local' */
  org?: string;
  /** @default 'admin@localhost' */
  adminEmail?: string;
  /** Where clients reach the server, when a proxy stands before it. @default the Host header of each call */
  publicUrl?: string;
  /** Lets users come with a JWT of your identity provider: its e-mail must be that of a user here. */
  verifyIdentity?: VerifyIdentity;
  /** Told of the server's own failures. @default writes them to standard error */
  failed?: (error: unknown) => void;
}

export interface RunningControlPlane {
  url: string;
  port: number;
  /** In clear text at the first start only, when they are created. */
  adminToken?: string;
  agentToken?: string;
  /** Make new tokens; the ones before are worth nothing then. */
  replaceAdminToken(): string;
  replaceAgentToken(): string;
  /** Whether a token that was kept in a file is still valid: an administrator may have replaced it. */
  isKnown(token: string): boolean;
  close(): Promise<void>;
}

/** Starts a Runops-compatible server for one machine: see `docs/local-server.md`. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<RunningControlPlane> {
  const { host = '127.0.0.1' } = options;
  const plane = openPlane(options);
  const { server, close } = httpServer(plane, options, host);
  let closing: Promise<void> | undefined;
  const closeOnce = () => {
    closing ??= closeAll(plane, close);
    return closing;
  };
  try {
    const port = await listen(server, options.port, host);
    // Only now: a server that could not start must not have given away its tokens.
    const admin = bootstrap(plane, options.adminEmail ?? 'admin@localhost');
    return {
      url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
      port,
      ...admin.created,
      replaceAdminToken: admin.replaceToken,
      replaceAgentToken: () => replaceAgentToken(plane),
      isKnown: plane.tokens.isKnown,
      close: closeOnce,
    };
  } catch (error) {
    await closeOnce();
    throw error;
  }
}

function openPlane(options: ControlPlaneOptions): Plane {
  const { clock, random = randomBytes } = options;
  const store = openStore(options.database, clock.now());
  return {
    store,
    clock,
    tokens: tokens(store, clock, random),
    urls: signedUrls(store, clock, random),
    logs: logFiles(options.database),
    waits: taskWaits(clock),
    presence: agentPresence(clock),
    org: options.org ?? 'local',
    pollIntervalMs: options.pollIntervalMs ?? 200,
    waitSecondsMax: options.waitSecondsMax ?? 100,
  };
}

/** Those who wait are answered first, then the database may go. */
async function closeAll(plane: Plane, closeServer: () => Promise<void>): Promise<void> {
  plane.waits.close();
  await closeServer();
  plane.logs.close();
  plane.store.close();
}

function httpServer(plane: Plane, options: ControlPlaneOptions, host: string) {
  const parts = {
    find: router(allRoutes(plane)),
    identify: identities(plane.store, options.verifyIdentity),
    host,
    publicUrl: options.publicUrl?.replace(/\/+$/, ''),
    failed: options.failed ?? ((error: unknown) => console.error('The control plane failed:', error)),
  };
  const answering = new Set<Promise<void>>();
  // Longer than the pauses of a polling agent, so that it does not meet a connection that is just being closed.
  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    if (!server.listening) response.setHeader('connection', 'close');
    const answer = answerRequest(parts, request, response).finally(() => answering.delete(answer));
    answering.add(answer);
  });
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    const impatience = setTimeout(() => server.closeAllConnections(), 1000);
    await closed;
    clearTimeout(impatience);
    await Promise.all(answering);
  };
  return { server, close };
}

function listen(server: ReturnType<typeof createServer>, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(new Error(listenFailure(cause, port, host), { cause })));
    server.listen(port, host, () => resolve(portOf(server.address())));
  });
}

function listenFailure(error: NodeJS.ErrnoException, port: number, host: string): string {
  if (error.code === 'EADDRINUSE') {
    return `Port ${port} of ${host} is in use by another program. Stop that one, or choose another port: RUNOPS_PORT.`;
  }
  return `The server cannot listen on port ${port} of ${host} (${error.code}). Choose another port: RUNOPS_PORT.`;
}

function portOf(address: AddressInfo | string | null): number {
  if (address !== null && typeof address === 'object') return address.port;
  throw new Error('The server has no port.');
}
