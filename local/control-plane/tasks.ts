import * as z from 'zod/mini';
import { limits } from '../../core/limits.ts';
import { optionalText, parseFields } from './fields.ts';
import { HttpError } from './http-error.ts';
import type { User } from './identities.ts';
import type { Plane } from './plane.ts';
import { preferences } from './preferences.ts';
import type { Call, Route } from './router.ts';
import { type Target, visibleTarget } from './targets.ts';
import { hasEnded, taskWithLogs, visibleTask } from './task-details.ts';
import { endUnstarted } from './task-endings.ts';
import { taskType } from './task-types.ts';

/** One task, from its user's side: ask for it, look at it, run it when it was approved, kill it. */
export function taskRoutes(plane: Plane): Route[] {
  const path = '/v1/tasks';
  // The script's own limit, with room for the other fields.
  const bodyBytesMax = limits.scriptBytes + 1024 * 1024;
  return [
    { method: 'POST', path, bodyBytesMax, for: 'user', handle: (call, user) => create(plane, call, user) },
    { method: 'GET', path: `${path}/:id`, for: 'user', handle: (call, user) => getOne(plane, call, user) },
    { method: 'POST', path: `${path}/:id/runs`, for: 'user', handle: (call, user) => run(plane, call, user) },
    {
      method: 'POST',
      path: `${path}/:id/kill`,
      for: 'user',
      handle: (call, user) => kill(plane, call, user),
    },
  ];
}

const requestSchema = z.object({
  target: z.string(),
  script: z.string(),
  message: optionalText,
  type: z.optional(taskType),
});

async function create(plane: Plane, call: Call, user: User) {
  const request = parseFields(requestSchema, call.body);
  const target = visibleTarget(plane, user, request.target);
  const type = request.type ?? target.type;
  requireAllowed(target, type, request.script);
  const { sql, transaction } = plane.store;
  const now = plane.clock.now();
  const id = transaction(() => {
    const { lastInsertRowid } = sql.run`
      insert into tasks
        (target_id, user_id, type, script, script_json_bytes, description, status, token, created_at)
      values (${target.id}, ${user.id}, ${type}, ${request.script},
        ${Buffer.byteLength(JSON.stringify(request.script))}, ${request.message},
        ${target.review_type === 'none' ? 'ready' : 'pending-review'}, ${call.jwt}, ${now})`;
    for (const group of reviewGroups(target)) {
      sql.run`insert into reviews (task_id, group_name, status, created_at)
              values (${lastInsertRowid}, ${group}, 'pending-review', ${now})`;
    }
    return lastInsertRowid;
  });
  return answerAtTheEnd(plane, { ...call, params: { id: String(id) } }, user);
}

function requireAllowed(target: Target, type: string, script: string): void {
  if (target.status !== 'active') {
    throw new HttpError(400, `The target ${target.name} is inactive. Ask an administrator to activate it.`);
  }
  if (target.templates_only) {
    throw new HttpError(400, `The target ${target.name} takes templates only, and this server has none.`);
  }
  if (type !== target.type && !target.override_type) {
    throw new HttpError(
      400,
      `type: the target ${target.name} takes ${target.type} only. An administrator can set its override_type.`,
    );
  }
  if (Buffer.byteLength(script) > limits.scriptBytes) {
    throw new HttpError(413, `script: must be at most ${limits.scriptBytes / 1024 / 1024} MiB.`);
  }
}

function reviewGroups(target: Target): readonly string[] {
  if (target.review_type === 'none') return [];
  return target.review_type === 'anyone' ? ['anyone'] : (target.reviewers ?? []);
}

/** Waits for the result, unless the caller prefers not to, and answers 201 with what is known by then. */
async function answerAtTheEnd(plane: Plane, call: Call, user: User) {
  const { waitSeconds, applied } = preferences(call.request.headers.prefer, plane.waitSecondsMax);
  const { id, status } = visibleTask(plane, user, call.params);
  if (status === 'ready' && waitSeconds > 0) await plane.waits.untilEnded(id, waitSeconds * 1000, call.gone);
  const body = taskWithLogs(plane, visibleTask(plane, user, call.params), call.baseUrl);
  return { status: 201, body, headers: { ...(applied && { 'preference-applied': applied }) } };
}

function getOne(plane: Plane, call: Call, user: User) {
  return { status: 200, body: taskWithLogs(plane, visibleTask(plane, user, call.params), call.baseUrl) };
}

/** The token of this call replaces the one of the request: hours may lie between the two. */
function run(plane: Plane, call: Call, user: User) {
  const { id, status } = ownTask(plane, call, user);
  if (status !== 'approved') {
    throw new HttpError(409, `The task ${id} cannot be run: its status is ${status}, not approved.`);
  }
  plane.store.sql.run`
    update tasks set status = 'ready', token = ${call.jwt} where id = ${id} and status = 'approved'`;
  return answerAtTheEnd(plane, call, user);
}

/** A task that no agent has ends here; one that runs is killed by its agent, which then reports the result. */
function kill(plane: Plane, call: Call, user: User) {
  const { id, status } = ownTask(plane, call, user, { orAdmin: true });
  if (hasEnded(status)) throw new HttpError(409, `The task ${id} has ended already: ${status}.`);
  if (status === 'running') {
    plane.store.sql.run`
      update tasks set kill_requested_at = coalesce(kill_requested_at, ${plane.clock.now()}) where id = ${id}`;
  } else {
    endUnstarted(plane, id, {
      status: 'failure',
      reason: 'killed',
      logs: `The task was killed by ${user.email} before it ran.`,
    });
  }
  return { status: 202, body: taskWithLogs(plane, visibleTask(plane, user, call.params), call.baseUrl) };
}

function ownTask(plane: Plane, call: Call, user: User, { orAdmin = false } = {}) {
  const task = visibleTask(plane, user, call.params);
  if (task.user_id === user.id || (orAdmin && user.isAdmin)) return task;
  throw new HttpError(
    403,
    `The task ${task.id} is ${task.user_email}’s: only they ${orAdmin ? 'or an administrator ' : ''}can do this.`,
  );
}
