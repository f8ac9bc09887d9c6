import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { type ControlPlaneOptions, startControlPlane } from '../../../local/control-plane/server.ts';
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts';

/** A real server on a real port, its first two tokens, and a clock that only the test moves. */
export async function testPlane(options: Partial<ControlPlaneOptions> = {}) {
  const clock: FakeClock = fakeClock({ now: Date.UTC(2026, 5, 1) });
  const failures: unknown[] = [];
  const server = await startControlPlane({
    database: ':memory:',
    port: 0,
    clock,
    failed: (error) => failures.push(error),
    ...options,
  });
  const { adminToken: admin = '', agentToken: agent = '' } = server;
  const as = (token: string) => client(server.url, token);
  return {
    clock,
    failures,
    server,
    as,
    admin: as(admin),
    agent: as(agent),
    agentToken: agent,
    adminToken: admin,
    /** Creates a user in these groups and speaks as them. */
    async user(name: string, groups: string[] = []) {
      const { body } = await as(admin).post('/v1/users', { email: `${name}@example.com`, groups });
      return as(String(body.token));
    },
    target: (fields: object) => as(admin).post('/v1/targets', { name: 'bash-here', type: 'bash', ...fields }),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

export type TestPlane = Awaited<ReturnType<typeof testPlane>>;
export type Client = ReturnType<typeof client>;

function client(url: string, token: string) {
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, list: rows(text), body: object(text) };
  };
  const async = { prefer: 'respond-async' };
  return {
    call,
    get: (path: string) => call('GET', path),
    post: (path: string, body?: unknown) => call('POST', path, body),
    put: (path: string, body?: unknown) => call('PUT', path, body),
    /** Asks for a task without waiting for its end, and returns it. */
    task: async (target: string, fields: object = {}) =>
      (await call('POST', '/v1/tasks', { target, script: 'echo 1', ...fields }, async)).body,
    ready: async (tags?: string) => (await call('GET', pollPath('ready', tags))).list,
    killRequested: async (tags?: string) => (await call('GET', pollPath('kill-requested', tags))).list,
    lock: (id: unknown) => call('POST', `/v1/tasks/${id}/lock`),
    report: (id: unknown, fields: object = {}) => call('POST', '/v1/webhooks', { ...result, id, ...fields }),
  };
}

const result = {
  status: 'success',
  logs: 'done\n',
  uploaded: false,
  redacted: true,
  'elapsed-time-ms': 12,
  'log-size': 5,
};

function pollPath(status: string, tags?: string): string {
  return `/v2/tasks?runner_provider=runops&status=${status}${tags ? `&tags=${tags}` : ''}`;
}

const looseObject = z.looseObject({});

function object(text: string): Record<string, unknown> {
  return looseObject.safeParse(json(text)).data ?? {};
}

function rows(text: string): Record<string, unknown>[] {
  return z.array(looseObject).safeParse(json(text)).data ?? [];
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A folder of its own, removed at the end. */
export async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'control-plane-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
