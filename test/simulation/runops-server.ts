import { createHash } from 'node:crypto';
import { countFault } from './history.ts';
import { isFaulty, trace, type Universe } from './process.ts';

/** A task as its user made it, and what becomes of it at the API. */
export interface ServerTask {
  id: number;
  input: Record<string, unknown>;
  status: 'waiting' | 'ready' | 'running' | 'success' | 'failure';
  holder: 'us' | 'rival' | null;
  key: string | null;
  killWanted: boolean;
  result: string | null;
}

export interface Answer {
  status: number;
  body: unknown;
}

/** The Runops API behind its network: other agents compete for its tasks, and users kill them. */
export interface RunopsServer {
  tasks: ServerTask[];
  /** Makes the task ready after so many milliseconds. */
  add(input: ServerTask['input'] & { id: number }, milliseconds: number): void;
  handle(method: string, url: URL, key: string | null, body: string): Answer;
}

const refusals = [404, 409, 423] as const;

export function runopsServer(universe: Universe): RunopsServer {
  const { scheduler, random, history, mix } = universe;
  const tasks: ServerTask[] = [];
  const byId = new Map<number, ServerTask>();
  let lastList: ServerTask['input'][] = [];

  function add(input: ServerTask['input'] & { id: number }, milliseconds: number) {
    const task: ServerTask = {
      id: input.id,
      input,
      status: 'waiting',
      holder: null,
      key: null,
      killWanted: false,
      result: null,
    };
    tasks.push(task);
    byId.set(task.id, task);
    scheduler.after(milliseconds, () => {
      task.status = 'ready';
    });
    if (random.chance(mix.api.rivals))
      scheduler.after(milliseconds + random.between(0, 20_000), () => giveAway(task));
    if (random.chance(mix.api.kills)) {
      scheduler.after(milliseconds + random.between(0, random.pick([3_000, 60_000, 600_000])), () => {
        countFault(history, 'kill wanted');
        task.killWanted = true;
      });
    }
  }

  function giveAway(task: ServerTask) {
    if (task.status !== 'ready') return;
    countFault(history, 'lock refused: a rival has it');
    Object.assign(task, { status: 'running', holder: 'rival' });
  }

  function list(status: string | null): Answer {
    if (status === 'kill-requested') {
      const wanted = tasks.filter((task) => task.status === 'running' && task.killWanted);
      return { status: 200, body: wanted.map(({ id }) => ({ id })) };
    }
    const isStale = isFaulty(universe) && random.chance(mix.api.staleLists);
    if (isStale) countFault(history, 'stale list of tasks');
    else lastList = tasks.filter((task) => task.status === 'ready').map(({ input }) => input);
    return { status: 200, body: lastList };
  }

  function lock(id: number, key: string | null): Answer {
    const task = byId.get(id);
    if (!task) return { status: 404, body: {} };
    const repeated =
      mix.api.honoursKey && task.holder === 'us' && task.key === key && task.status === 'running';
    if (task.status !== 'ready' && !repeated) return { status: random.pick(refusals), body: {} };
    Object.assign(task, { status: 'running', holder: 'us', key });
    history.locks.set(String(id), scheduler.now());
    if (isFaulty(universe) && random.chance(mix.api.locksLost))
      scheduler.after(random.between(0, 300_000), () => lose(task));
    const uploads = random.chance(0.5);
    const body = uploads
      ? { pre_signed_upload_url: `https://uploads.example.com/${id}?signature=signed-url-canary` }
      : {};
    return { status: 200, body };
  }

  function lose(task: ServerTask) {
    if (task.status !== 'running' || task.holder !== 'us' || history.deleted.has(String(task.id))) return;
    countFault(history, 'lock lost by the API');
    Object.assign(task, { status: 'ready', holder: null, key: null });
  }

  function takeResult(body: string): Answer {
    const { id, status }: { id: number; status: 'success' | 'failure' } = JSON.parse(body);
    const task = byId.get(id);
    const taken = task ? verdict(task, status, body) : 404;
    history.results.push({ id: String(id), at: scheduler.now(), body, accepted: taken === 200 });
    trace(
      universe,
      'api',
      () => `result of ${id}: ${taken} ${createHash('sha1').update(body).digest('hex').slice(0, 8)}`,
    );
    return { status: taken, body: {} };
  }

  function verdict(task: ServerTask, status: 'success' | 'failure', body: string): number {
    if (task.result !== null) return task.result === body ? 200 : 409;
    if (history.deleted.has(String(task.id))) return 404;
    if (isFaulty(universe) && random.chance(mix.api.refusesResults)) {
      countFault(history, 'result refused for good');
      history.deleted.add(String(task.id));
      task.status = 'waiting';
      return 404;
    }
    Object.assign(task, { status, result: body });
    return 200;
  }

  return {
    tasks,
    add,
    handle(method, url, key, body) {
      if (url.pathname === '/v2/tasks') return list(url.searchParams.get('status'));
      if (url.pathname === '/v1/webhooks') return takeResult(body);
      const locked = /^\/v1\/tasks\/(\d+)\/lock$/.exec(url.pathname);
      if (locked && method === 'POST') return lock(Number(locked[1]), key);
      return { status: url.hostname === 'uploads.example.com' ? 200 : 404, body: {} };
    },
  };
}
