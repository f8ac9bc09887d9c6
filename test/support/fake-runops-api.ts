import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { answer, type FakeState, type Reply } from './fake-runops-routes.ts';

export type TaskId = number | string;
export type Json = Record<string, unknown>;

/** The calls by name, to misbehave at one of them. `ready` and `kill-requests` have the same path. */
export type Route = 'register' | 'ready' | 'kill-requests' | 'lock' | 'progress' | 'webhook' | 'upload';

/** One way to misbehave. */
export interface Fault {
  /**
   * What the client gets: a status without a body, no answer at all (`hang`), a closed socket (`drop`), a success
   * that is not JSON (`malformed`), whose body breaks off (`torn`) or whose body never ends (`slow`).
   */
  answer: number | 'hang' | 'drop' | 'malformed' | 'torn' | 'slow';
  /** Such as `{ 'retry-after': '5' }`. */
  headers?: Record<string, string>;
  /** Carries the request out first, so that only its answer is lost. */
  applied?: boolean;
  /** For so many requests; 1 unless told. */
  times?: number;
}

/** What came in, whole: here a scanner finds all that ever left the agent towards the API. */
export interface RecordedRequest {
  route: Route | undefined;
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface FakeRunopsApi {
  url: string;
  token: string;
  /** Every request in the order in which it came, whatever the answer was. */
  requests: RecordedRequest[];
  /** The bodies that `POST /v1/agents` accepted. */
  registrations: Json[];
  /** Results that differed from the first one of their task, and got 409. There should be none. */
  conflicts: Json[];
  /** The bodies of `POST /v1/tasks/:id/progress`, each with the `id`. */
  progress: Json[];
  /** Makes a task ready. It needs an `id`; all of it is handed out as it is. */
  addTask(task: Json & { id: TaskId }): void;
  /** A user wants the running task killed. */
  requestKill(id: TaskId): void;
  statusOf(id: TaskId): 'ready' | 'running' | 'ended' | undefined;
  /** The first result of the task, as soon as it is there. */
  resultOf(id: TaskId): Promise<Json>;
  /** What was put at the task's pre-signed URL. */
  uploadOf(id: TaskId): string | undefined;
  /** Misbehaves at the next requests to the route. The faults of a route queue up. */
  misbehave(route: Route, fault: Fault): void;
  close(): Promise<void>;
}

export interface FakeRunopsApiOptions {
  /** False: an older server, which answers 404 to registration, kill requests and progress. */
  extensions?: boolean;
  /** Further keys for the answer to the registration, such as `{ webhook_extensions: true }`. */
  registration?: Json;
  /** False: the lock answers without an upload URL. */
  uploads?: boolean;
}

/** A Runops API in memory, behind a real socket, that can be told to misbehave. Close it after the test. */
export async function startFakeRunopsApi(options: FakeRunopsApiOptions = {}): Promise<FakeRunopsApi> {
  const state = emptyState();
  const requests: RecordedRequest[] = [];
  const faults = new Map<Route, Fault[]>();
  const watchers = new Set<() => void>();

  const server = createServer(async (incoming, response) => {
    const { method = '', url: path = '', headers } = incoming;
    const body = await buffer(incoming).catch(() => undefined);
    if (!body) return; // the client went away in the middle
    const { route, id } = routeOf(method, path);
    const request = { route, method, path, headers, body: body.toString() };
    requests.push(request);
    const fault = route && takeFault(faults.get(route));
    if (!fault) send(response, answer(state, options, request, id));
    else {
      if (fault.applied) answer(state, options, request, id);
      misanswer(response, fault);
    }
    for (const watcher of watchers) watcher();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  state.url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;

  return {
    url: state.url,
    token: state.token,
    requests,
    registrations: state.registrations,
    conflicts: state.conflicts,
    progress: state.progress,
    addTask: (task) => void state.tasks.set(String(task.id), { task, status: 'ready' }),
    requestKill: (id) => void state.killRequests.add(String(id)),
    statusOf: (id) => state.tasks.get(String(id))?.status,
    resultOf: (id) => once(watchers, () => state.results.get(String(id))),
    uploadOf: (id) => state.uploads.get(String(id)),
    misbehave: (route, fault) => void faults.set(route, [...(faults.get(route) ?? []), { ...fault }]),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function emptyState(): FakeState {
  return {
    url: '',
    token: `agent-token-${crypto.randomUUID()}`,
    signature: crypto.randomUUID(),
    tasks: new Map(),
    killRequests: new Set(),
    instances: new Map(),
    registrations: [],
    results: new Map(),
    conflicts: [],
    uploads: new Map(),
    progress: [],
  };
}

/** Looks now and after every request, until there is something. */
function once<T>(watchers: Set<() => void>, look: () => T | undefined): Promise<T> {
  return new Promise((resolve) => {
    const watcher = () => {
      const found = look();
      if (found === undefined) return;
      watchers.delete(watcher);
      resolve(found);
    };
    watchers.add(watcher);
    watcher();
  });
}

function routeOf(method: string, path: string): { route: Route | undefined; id: string } {
  const url = new URL(path, 'http://fake');
  const [, first = '', second = '', third = '', fourth = ''] = url.pathname.split('/');
  if (method === 'PUT' && first === 'uploads') return { route: 'upload', id: second };
  const known: Record<string, Route> = {
    'POST v1/agents': 'register',
    'GET v2/tasks': url.searchParams.get('status') === 'ready' ? 'ready' : 'kill-requests',
    'POST v1/tasks/:id/lock': 'lock',
    'POST v1/tasks/:id/progress': 'progress',
    'POST v1/webhooks': 'webhook',
  };
  return { route: known[`${method} ${first}/${second}${fourth && `/:id/${fourth}`}`], id: third };
}

function takeFault(queue: Fault[] | undefined): Fault | undefined {
  const fault = queue?.[0];
  if (!queue || !fault) return undefined;
  fault.times = (fault.times ?? 1) - 1;
  if (fault.times <= 0) queue.shift();
  return fault;
}

function misanswer(response: ServerResponse, { answer, headers = {} }: Fault): void {
  if (answer === 'hang') return;
  if (answer === 'drop') response.destroy();
  else if (typeof answer === 'number') response.writeHead(answer, headers).end();
  else if (answer === 'malformed') response.writeHead(200, headers).end('<html>not JSON</html>');
  else {
    response.writeHead(200, { ...headers, 'content-type': 'application/json', 'content-length': '1000' });
    response.write('[', () => answer === 'torn' && response.destroy());
  }
}

function send(response: ServerResponse, { status, json }: Reply): void {
  const body = json === undefined ? '' : JSON.stringify(json);
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}
