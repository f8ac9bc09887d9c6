import { type ChildProcess, execFileSync } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { json } from 'node:stream/consumers';
import { listening } from './listening.ts';
import { execInPod } from './pod-exec.ts';
import { serverCertificate } from './server-certificate.ts';

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; [more: string]: unknown };
  [more: string]: unknown;
}

export interface KubernetesCluster {
  kubeconfig: string;
  token: string;
  /** By `namespace/name`. */
  configMaps: Map<string, Manifest>;
  /** What `kubectl logs` prints of each pod. */
  log: string;
  server: Server;
  /** What runs in the pods at kubectl's request. */
  processes: ChildProcess[];
  close(): Promise<void>;
}

/** Why kubectl cannot be tried on this machine; undefined when it can. */
export const kubectlMissing: string | undefined = findMissing();

/**
 * A server of Kubernetes' API over TLS for one namespace, `shop`, with a deployment `web`, its pod `web-1`, the pod's
 * log, config maps to be read and applied, and commands in the pod, which are processes of this machine.
 */
export async function startKubernetesCluster(options: { directory: string }): Promise<KubernetesCluster> {
  const { key, cert } = serverCertificate();
  const token = "cluster-token-0123456789.of/a'user";
  const cluster = {
    token,
    configMaps: new Map<string, Manifest>(),
    log: '',
    processes: [] as ChildProcess[],
  };
  const isKnown = (request: IncomingMessage) => request.headers.authorization === `Bearer ${token}`;

  const server = createServer({ key, cert }, (request, response) => {
    if (isKnown(request)) void answer(cluster, request, response);
    else say(response, 401, status(401, 'Unauthorized', 'Unauthorized'));
  });
  server.on('upgrade', (request, socket) => {
    if (!isKnown(request) || !request.url?.startsWith(`${POD}/exec?`))
      return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const child = execInPod(request, socket, options);
    if (child) cluster.processes.push(child);
  });
  const { port, close } = await listening(server);
  return Object.assign(cluster, {
    server,
    kubeconfig: kubeconfigOf({ server: `https://127.0.0.1:${port}`, cert, token }),
    async close() {
      for (const child of cluster.processes) child.kill('SIGKILL');
      await close();
    },
  });
}

export function kubeconfigOf({
  server,
  cert,
  token,
}: {
  server: string;
  cert: string;
  token: string;
}): string {
  const authority = Buffer.from(cert).toString('base64');
  return `apiVersion: v1
kind: Config
current-context: main
contexts:
- name: main
  context: {cluster: main, user: main, namespace: shop}
clusters:
- name: main
  cluster:
    server: ${server}
    certificate-authority-data: ${authority}
users:
- name: main
  user:
    token: ${token}
`;
}

const POD = '/api/v1/namespaces/shop/pods/web-1';
const labels = { app: 'web' };
const web: Manifest = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', labels },
  spec: { selector: { matchLabels: labels } },
};
const pod: Manifest = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-1', namespace: 'shop', labels, annotations: { note: 'Zoë "🐘"' } },
  spec: { containers: [{ name: 'app' }, { name: 'proxy' }] },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
};
const resource = (name: string, kind: string, shortName: string) => ({
  ...{ name, kind, namespaced: true, verbs: ['get', 'list'] },
  ...{ singularName: kind.toLowerCase(), shortNames: [shortName] },
});
const fixed: Record<string, object> = {
  '/version': { major: '1', minor: '35', gitVersion: 'v1.35.0' },
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: [{ name: 'apps', versions: [{ groupVersion: 'apps/v1', version: 'v1' }] }],
  },
  '/api/v1': {
    kind: 'APIResourceList',
    groupVersion: 'v1',
    resources: [resource('pods', 'Pod', 'po'), resource('configmaps', 'ConfigMap', 'cm')],
  },
  '/apis/apps/v1': {
    kind: 'APIResourceList',
    groupVersion: 'apps/v1',
    resources: [resource('deployments', 'Deployment', 'deploy')],
  },
  '/openapi/v3': { paths: { 'api/v1': { serverRelativeURL: '/openapi/v3/api/v1' } } },
  // Says that the server itself looks for unknown fields.
  '/openapi/v3/api/v1': {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.35.0' },
    paths: {
      '/api/v1/namespaces/{namespace}/configmaps/{name}': {
        patch: {
          parameters: [{ name: 'fieldValidation', in: 'query' }],
          'x-kubernetes-group-version-kind': { group: '', version: 'v1', kind: 'ConfigMap' },
        },
      },
    },
  },
  '/apis/apps/v1/namespaces/shop/deployments/web': web,
  '/api/v1/namespaces/shop/pods': { apiVersion: 'v1', kind: 'PodList', metadata: {}, items: [pod] },
  [POD]: pod,
};

async function answer(
  cluster: Pick<KubernetesCluster, 'configMaps' | 'log'>,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const { pathname, searchParams } = new URL(request.url ?? '', 'https://cluster');
  const known = fixed[pathname];
  // A watch never ends, and nothing ever changes.
  if (searchParams.get('watch'))
    return void response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
  if (known) return say(response, 200, known);
  if (pathname === `${POD}/log`) return void response.end(cluster.log);

  const [, namespace = '', name] =
    /^\/api\/v1\/namespaces\/([^/]+)\/configmaps(?:\/([^/]+))?$/.exec(pathname) ?? [];
  const found = cluster.configMaps.get(`${namespace}/${name}`);
  if (request.method === 'POST' && namespace) {
    const made = (await json(request)) as Manifest;
    cluster.configMaps.set(`${namespace}/${made.metadata.name}`, made);
    return say(response, 201, made);
  }
  if (!found) return say(response, 404, status(404, 'NotFound', `${pathname} not found`));
  if (request.method === 'PATCH') Object.assign(found, mergedData(found, (await json(request)) as Manifest));
  return say(response, 200, found);
}

function mergedData(found: Manifest, patch: Manifest) {
  return {
    metadata: { ...found.metadata, ...patch.metadata },
    data: { ...(found.data as object), ...(patch.data as object) },
  };
}

function say(response: ServerResponse, code: number, body: object) {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function status(code: number, reason: string, message: string) {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
}

function findMissing(): string | undefined {
  try {
    const version = execFileSync('kubectl', ['version', '--client', '--output=json'], { encoding: 'utf8' });
    const minor = Number.parseInt(JSON.parse(version).clientVersion.minor, 10);
    return minor >= 31 ? undefined : `kubectl is 1.${minor}: install 1.31 or later.`;
  } catch {
    return 'kubectl is not installed: https://kubernetes.io/docs/tasks/tools/install-kubectl-linux/';
  }
}
