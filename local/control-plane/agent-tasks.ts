import * as z from 'zod/mini';
import { HttpError } from './http-error.ts';
import type { Plane } from './plane.ts';
import { forgetWaiting } from './progress.ts';
import type { Call, Route } from './router.ts';
import { taskIdOf } from './task-details.ts';

/** What agents ask: which tasks are there for my tags, and may I have this one? */
export function agentTaskRoutes(plane: Plane): Route[] {
  return [
    { method: 'GET', path: '/v2/tasks', for: 'agent', handle: (call) => poll(plane, call) },
    { method: 'POST', path: '/v1/tasks/:id/lock', for: 'agent', handle: (call) => lock(plane, call) },
  ];
}

/** Of one answer, so that agents with bounded memory can read it. A single larger script is handed out alone. */
const pollBytesMax = 64 * 1024 * 1024;
const pollTasksMax = 100;

function poll({ store: { sql }, presence }: Plane, { query }: Call) {
  const tags = query.get('tags') ?? '';
  const status = query.get('status');
  presence.seen(tags);
  if (query.get('runner_provider') !== 'runops') return { status: 200, body: [] };
  if (status === 'ready') return { status: 200, body: readyTasks(sql, tags) };
  if (status !== 'kill-requested') throw new HttpError(400, 'status: must be ready or kill-requested');
  const killed = sql.all`
    select tasks.id, tasks.type, targets.name as target
    from tasks indexed by tasks_by_status join targets on targets.id = tasks.target_id
    where tasks.status = 'running' and kill_requested_at is not null and coalesce(targets.tags, '') = ${tags}
    order by tasks.id`;
  return { status: 200, body: killed };
}

const readyRow = z.object({ id: z.int(), script_json_bytes: z.int() });

/** The oldest tasks for these tags, save those whose target or user was switched off in the meantime. */
function readyTasks(sql: Plane['store']['sql'], tags: string) {
  const rows = sql.all`
    select tasks.id, tasks.script_json_bytes
    from tasks indexed by tasks_by_status join targets on targets.id = tasks.target_id
      join users on users.id = tasks.user_id
    where tasks.status = 'ready' and coalesce(targets.tags, '') = ${tags}
      and targets.status = 'active' and users.status = 'active'
    order by tasks.id limit ${pollTasksMax}`;
  let bytes = 0;
  const fitting = z
    .array(readyRow)
    .parse(rows)
    .filter((row, index) => {
      bytes += row.script_json_bytes;
      return index === 0 || bytes <= pollBytesMax;
    });
  return fitting.map(({ id }) => handedOut(sql, id));
}

/** The task with exactly the fields that agents know. */
function handedOut(sql: Plane['store']['sql'], id: number) {
  const row = sql.get`
    select tasks.id, tasks.type, script, redact, targets.name as target, description,
      users.email as user_email, users.group_names as user_groups, secret_provider, secret_path,
      secret_mapping, config, custom_command, null as hooks, token
    from tasks join targets on targets.id = tasks.target_id join users on users.id = tasks.user_id
    where tasks.id = ${id}`;
  const groups = z.array(z.string()).parse(JSON.parse(String(row?.user_groups)));
  return { ...row, user_groups: groups.join(',') };
}

/** As long as the vendor's storage allows for such an address: a task may run for long before its log comes. */
const uploadSeconds = 7 * 24 * 3600;

/**
 * One statement decides, so that of any number of callers exactly one is granted the task. An agent that got no
 * answer asks again with the same `Idempotency-Key` and is granted what it already has.
 */
function lock({ store: { sql }, urls }: Plane, { params, baseUrl, request }: Call) {
  const id = taskIdOf(params);
  const key = [request.headers['idempotency-key'] ?? null].flat()[0] ?? null;
  const locked = sql.get`
    update tasks set status = 'running', lock_key = ${key}
    where id = ${id} and (status = 'ready' or status = 'running' and lock_key = ${key})
      and exists (select 1 from targets where targets.id = target_id and targets.status = 'active')
      and exists (select 1 from users where users.id = user_id and users.status = 'active')
    returning id`;
  if (!locked)
    throw new HttpError(404, 'task not found. It is not ready: another agent has it, or it has ended.');
  forgetWaiting(sql, id);
  return { status: 200, body: { pre_signed_upload_url: urls.sign('PUT', id, baseUrl, uploadSeconds) } };
}
