import { createServer } from 'node:http';
import { listening } from './listening.ts';

export interface FakeSecretManager {
  url: string;
  /** Texts by `projects/…/secrets/…/versions/…`. */
  secrets: Record<string, string>;
  /** The tokens that it accepts; others are asked for their credentials. */
  accepts: (token: string) => boolean;
  close(): Promise<void>;
}

/** The call `access` of Google Secret Manager, on one loopback socket. */
export async function startFakeSecretManager(): Promise<FakeSecretManager> {
  const manager: Omit<FakeSecretManager, 'url' | 'close'> = { secrets: {}, accepts: () => true };
  const server = createServer((request, response) => {
    const say = (status: number, json: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
    const [, name] = /^\/v1\/(projects\/.+):access$/.exec(request.url ?? '') ?? [];
    const [, token] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    if (token === undefined) return say(401, { error: { code: 401, status: 'UNAUTHENTICATED' } });
    if (!manager.accepts(token)) return say(403, { error: { code: 403, status: 'PERMISSION_DENIED' } });
    const text = name === undefined ? undefined : manager.secrets[name];
    if (text === undefined) return say(404, { error: { code: 404, status: 'NOT_FOUND' } });
    return say(200, { name, payload: { data: Buffer.from(text).toString('base64'), dataCrc32c: '1' } });
  });
  const { port, close } = await listening(server);
  return Object.assign(manager, { url: `http://127.0.0.1:${port}`, close });
}
