import type { FakeRunopsApiOptions, Json, RecordedRequest, Route, TaskId } from './fake-runops-api.ts';

export interface Reply {
  status: number;
  json?: unknown;
}

/** What the fake server knows. All maps of tasks have the id as text. */
export interface FakeState {
  url: string;
  token: string;
  /** In the pre-signed URLs. */
  signature: string;
  tasks: Map<string, { task: Json & { id: TaskId }; status: 'ready' | 'running' | 'ended' }>;
  killRequests: Set<string>;
  /** Who has which tags. */
  instances: Map<unknown, unknown>;
  registrations: Json[];
  results: Map<string, Json>;
  conflicts: Json[];
  uploads: Map<string, string>;
  progress: Json[];
}

/** Carries out a request as a good server does. */
export function answer(
  state: FakeState,
  options: FakeRunopsApiOptions,
  request: RecordedRequest,
  id: string,
): Reply {
  const { route } = request;
  const isExtension = route === 'register' || route === 'kill-requests' || route === 'progress';
  if (!route || (isExtension && options.extensions === false)) return { status: 404 };
  if (route === 'upload') return upload(state, request, id);
  if (request.headers.authorization !== `Bearer ${state.token}`) return { status: 401 };
  return routes[route](state, options, id, request.body);
}

type Handler = (state: FakeState, options: FakeRunopsApiOptions, id: string, body: string) => Reply;

const routes: Record<Exclude<Route, 'upload'>, Handler> = {
  register({ instances, registrations }, options, _, body) {
    const agent: Json = JSON.parse(body);
    if ((instances.get(agent.tags) ?? agent.instance) !== agent.instance) return { status: 409 };
    instances.set(agent.tags, agent.instance);
    registrations.push(agent);
    return { status: 200, json: { id: 'agent-1', org: 'example', ...options.registration } };
  },

  ready({ tasks }) {
    const ready = [...tasks.values()].filter(({ status }) => status === 'ready');
    return { status: 200, json: ready.map(({ task }) => task) };
  },

  'kill-requests'({ tasks, killRequests }) {
    const wanted = [...tasks].filter(([id, { status }]) => status === 'running' && killRequests.has(id));
    return { status: 200, json: wanted.map(([, { task }]) => ({ id: task.id })) };
  },

  lock({ tasks, url, signature }, options, id) {
    const entry = tasks.get(id);
    if (entry?.status !== 'ready') return { status: 404 };
    entry.status = 'running';
    const uploadUrl = `${url}/uploads/${id}?signature=${signature}`;
    return { status: 200, json: options.uploads === false ? {} : { pre_signed_upload_url: uploadUrl } };
  },

  progress({ progress }, _, id, body) {
    progress.push({ id, ...JSON.parse(body) });
    return { status: 200 };
  },

  webhook({ tasks, results, conflicts }, _options, _id, body) {
    const result: Json = JSON.parse(body);
    const id = String(result.id);
    const entry = tasks.get(id);
    if (!entry) return { status: 404 };
    const first = results.get(id);
    if (first && JSON.stringify(first) !== JSON.stringify(result)) {
      conflicts.push(result);
      return { status: 409 };
    }
    entry.status = 'ended';
    results.set(id, result);
    return { status: 200 };
  },
};

/** Like S3: it knows the signature and nothing else, and it wants to know the length. */
function upload(
  { signature, uploads }: FakeState,
  { path, headers, body }: RecordedRequest,
  id: string,
): Reply {
  if (headers.authorization) return { status: 400 };
  if (!path.endsWith(`?signature=${signature}`)) return { status: 403 };
  if (headers['content-length'] === undefined) return { status: 501 };
  uploads.set(id, body);
  return { status: 200 };
}
