import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { listening } from './listening.ts';
import { serverCertificate } from './server-certificate.ts';

export interface HerokuApi {
  key: string;
  url: string;
  /** Of the app. */
  stack: string;
  /** What dynos were asked for. */
  dynos: { command: string; size?: string; type?: string; force_no_tty?: boolean }[];
  /** All requests. */
  paths: string[];
  /** The dynos themselves, which are processes of this machine. */
  processes: ChildProcess[];
  close(): Promise<void>;
}

/**
 * Heroku's API for the app `shop`, and its rendezvous over TLS with a one-off dyno: `sh -c COMMAND` on this machine.
 * https://devcenter.heroku.com/articles/platform-api-reference#dyno-create. Heroku's own client 11 works with it. The
 * folder is for PATH: its `node` trusts the rendezvous.
 */
export async function startHerokuApi(folder: string): Promise<HerokuApi> {
  const key = 'HRKU-key-0123456789';
  const waiting = new Map<string, string>();
  const api = { key, stack: 'heroku-24', dynos: [] as HerokuApi['dynos'], paths: [] as string[] };
  const processes: ChildProcess[] = [];

  const certificate = serverCertificate();
  const rendezvous = createTlsServer(certificate, (socket) => {
    void attach(socket, waiting).then((child) => child && processes.push(child));
  });
  await new Promise<void>((resolve) => rendezvous.listen(0, '127.0.0.1', resolve));
  const address = rendezvous.address();
  const rendezvousPort = typeof address === 'object' && address !== null ? address.port : 0;

  const server = createServer(async (request, response) => {
    const say = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    api.paths.push(`${request.method} ${request.url}`);
    if (request.headers.authorization !== `Bearer ${key}`)
      return say(401, { id: 'unauthorized', message: 'Invalid credentials provided.' });
    if (request.url === '/account') return say(200, { email: 'ana@example.com' });
    if (!/^\/apps\/shop(\/|$)/.test(request.url ?? ''))
      return say(404, { id: 'not_found', message: "Couldn't find that app." });
    if (request.method !== 'POST') return say(200, { name: 'shop', stack: { name: api.stack } });
    const dyno = (await json(request)) as HerokuApi['dynos'][number];
    api.dynos.push(dyno);
    const id = randomUUID();
    waiting.set(id, dyno.command);
    return say(201, { name: 'run.1', attach_url: `rendezvous://127.0.0.1:${rendezvousPort}/${id}` });
  });
  const { port, close } = await listening(server);
  writeNode(folder, certificate.cert);
  return Object.assign(api, {
    url: `http://127.0.0.1:${port}`,
    processes,
    async close() {
      for (const child of processes) endGroup(child);
      rendezvous.close();
      await close();
    },
  });
}

/** The client says which dyno it is for; then come `rendezvous`, and both ends of the command. */
async function attach(socket: TLSSocket, waiting: Map<string, string>): Promise<ChildProcess | undefined> {
  socket.on('error', () => {}); // the client may be killed
  const id = await new Promise<string>((resolve) =>
    socket.once('data', (bytes) => resolve(`${bytes}`.trim())),
  );
  const command = waiting.get(id);
  if (command === undefined || !waiting.delete(id)) {
    socket.destroy();
    return undefined;
  }
  const child = spawn('sh', ['-c', `exec 2>&1\n${command}`], {
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8' },
    detached: true,
  });
  child.stdin.on('error', () => {}); // it may end before it has read all
  // Without a terminal, EOT from the client is the end of the input.
  socket.on('data', (bytes: Buffer) => {
    const end = bytes.indexOf(4);
    child.stdin.write(end < 0 ? bytes : bytes.subarray(0, end));
    if (end >= 0) child.stdin.end();
  });
  socket.on('close', () => endGroup(child));
  socket.write('rendezvous\r\n');
  child.stdout.pipe(socket, { end: false });
  child.on('close', () => socket.end());
  return child;
}

function endGroup({ pid, exitCode, signalCode }: ChildProcess) {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL');
}

/** A `node` that trusts the authority of the rendezvous. */
function writeNode(folder: string, cert: string) {
  const authority = join(folder, 'rendezvous.crt');
  writeFileSync(authority, cert, { mode: 0o644 });
  const program = `#!/bin/sh\nNODE_EXTRA_CA_CERTS=${authority} exec ${process.execPath} "$@"\n`;
  writeFileSync(join(folder, 'node'), program);
  chmodSync(join(folder, 'node'), 0o755);
}
