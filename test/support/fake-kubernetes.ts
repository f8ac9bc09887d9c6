import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listening } from './listening.ts';
import { serverCertificate } from './server-certificate.ts';

export interface FakeKubernetes {
  /** What a pod's container has in its environment and its files. */
  environment: { KUBERNETES_SERVICE_HOST: string; KUBERNETES_SERVICE_PORT: string };
  serviceAccount: string;
  /** Values by `namespace/name`, not yet encoded. */
  secrets: Record<string, Record<string, string>>;
  /** The namespaces that the pod's service account may read. */
  readable: string[];
  close(): Promise<void>;
}

/**
 * A cluster's API server for Secrets, with a certificate of the cluster's own authority, and a pod's service
 * account.
 */
export async function startFakeKubernetes(): Promise<FakeKubernetes> {
  const serviceAccount = mkdtempSync(join(tmpdir(), 'service-account-'));
  const { key, cert } = serverCertificate();
  const token = 'token-of-the-service-account';
  writeFileSync(join(serviceAccount, 'ca.crt'), cert);
  writeFileSync(join(serviceAccount, 'token'), `${token}\n`);
  writeFileSync(join(serviceAccount, 'namespace'), 'runops');
  const cluster: Pick<FakeKubernetes, 'secrets' | 'readable'> = { secrets: {}, readable: ['runops'] };

  const server = createServer({ key, cert }, (request, response) => {
    const say = (status: number, json: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
    const failure = (code: number, reason: string) =>
      say(code, { kind: 'Status', status: 'Failure', reason, code });
    const [, namespace = '', name = ''] =
      /^\/api\/v1\/namespaces\/([^/]+)\/secrets\/([^/?]+)$/.exec(request.url ?? '') ?? [];
    if (request.headers.authorization !== `Bearer ${token}`) return failure(401, 'Unauthorized');
    if (!cluster.readable.includes(namespace)) return failure(403, 'Forbidden');
    const values = cluster.secrets[`${namespace}/${name}`];
    if (!values) return failure(404, 'NotFound');
    const data = Object.entries(values).map(([entry, value]) => [
      entry,
      Buffer.from(value).toString('base64'),
    ]);
    return say(200, {
      kind: 'Secret',
      metadata: { namespace, name },
      type: 'Opaque',
      data: Object.fromEntries(data),
    });
  });
  const { port, close } = await listening(server);
  return Object.assign(cluster, {
    environment: { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(port) },
    serviceAccount,
    async close() {
      await close();
      rmSync(serviceAccount, { recursive: true });
    },
  });
}
