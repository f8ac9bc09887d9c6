import * as z from 'zod/mini';
import { optionalText, parseFields, queryChoice, queryNumber } from './fields.ts';
import { HttpError } from './http-error.ts';
import type { User } from './identities.ts';
import type { Plane } from './plane.ts';
import type { Call, Route } from './router.ts';
import {
  listedTask,
  type TaskDetails,
  taskObject,
  taskStatuses,
  taskWithLogs,
  visibleTask,
} from './task-details.ts';
import { endUnstarted } from './task-endings.ts';

/** Four eyes: tasks that wait for somebody else's approval. */
export function reviewRoutes(plane: Plane): Route[] {
  const one = '/v1/tasks/:id/reviews';
  return [
    { method: 'POST', path: one, for: 'user', handle: (call, user) => review(plane, call, user) },
    { method: 'GET', path: '/v1/reviews', for: 'user', handle: (call, user) => list(plane, call, user) },
    {
      method: 'GET',
      path: '/v1/reviews/:id',
      for: 'user',
      handle: (call, user) => getOne(plane, call, user),
    },
  ];
}

const reviewSchema = z.object({
  status: z.enum(['approved', 'rejected'], { error: 'must be approved or rejected' }),
  group: optionalText,
});

/** One rejection rejects the task; it is approved when every group has approved. */
function review(plane: Plane, call: Call, user: User) {
  const verdict = parseFields(reviewSchema, call.body);
  const task = visibleTask(plane, user, call.params);
  const { sql, transaction } = plane.store;
  transaction(() => {
    const group = reviewedGroup(plane, task, user, verdict.group);
    sql.run`
      update reviews set status = ${verdict.status}, reviewer_id = ${user.id}, created_at = ${plane.clock.now()}
      where task_id = ${task.id} and group_name = ${group}`;
    if (verdict.status === 'approved') {
      sql.run`
        update tasks set status = 'approved' where id = ${task.id} and not exists
          (select 1 from reviews where task_id = ${task.id} and status <> 'approved')`;
    } else {
      const logs = `The task was rejected by ${user.email} (${group}). It did not run.`;
      endUnstarted(plane, task.id, { status: 'rejected', reason: 'rejected', logs });
    }
  });
  return { status: 201, body: taskWithLogs(plane, visibleTask(plane, user, call.params), call.baseUrl) };
}

const reviewRow = z.object({ group_name: z.string(), status: z.string() });

/** The group that the user speaks for. @throws HttpError when they may not, or need not, decide. */
function reviewedGroup(
  { store: { sql } }: Plane,
  task: TaskDetails,
  user: User,
  wanted: string | null,
): string {
  if (task.status !== 'pending-review') {
    throw new HttpError(409, `The task ${task.id} waits for no review: its status is ${task.status}.`);
  }
  if (task.user_id === user.id) {
    throw new HttpError(403, 'You asked for this task yourself: somebody else must review it.');
  }
  const rows = z.array(reviewRow).parse(sql.all`select * from reviews where task_id = ${task.id}`);
  const pending = rows.filter(({ status }) => status === 'pending-review').map((row) => row.group_name);
  const may = (group: string) =>
    group === 'anyone' ? mayReviewForAnyone(task, user) : user.groups.includes(group);
  const mine = pending.filter(may);
  if (wanted === null && mine.length === 1 && mine[0] !== undefined) return mine[0];
  if (wanted !== null && mine.includes(wanted)) return wanted;
  if (wanted !== null && rows.some((row) => row.group_name === wanted && row.status !== 'pending-review')) {
    throw new HttpError(409, `The group ${wanted} has reviewed the task ${task.id} already.`);
  }
  if (mine.length > 0) throw new HttpError(400, `group: must be one of ${mine.join(', ')}`);
  throw new HttpError(
    403,
    `You may only review for your own groups. This task waits for ${pending.join(', ')}.`,
  );
}

/** Without named reviewers, whoever sees the task is anyone. */
function mayReviewForAnyone(task: TaskDetails, user: User): boolean {
  return task.reviewers === null || task.reviewers.some((group) => user.groups.includes(group));
}

function list({ store: { sql } }: Plane, { query }: Call, user: User) {
  const rows = sql.all`
    select id from visible_tasks
    where viewer_id = ${user.id} and reviews <> '[]'
      and coalesce(status = ${queryChoice(query, 'status', taskStatuses)}, 1)
    order by id desc limit ${queryNumber(query, 'limit', 50, 1000)}
    offset ${queryNumber(query, 'start', 0, Number.MAX_SAFE_INTEGER)}`;
  return { status: 200, body: rows.map(({ id }) => withOwner(listedTask(sql, Number(id)))) };
}

function getOne(plane: Plane, { params }: Call, user: User) {
  const task = visibleTask(plane, user, params);
  if (task.reviews !== '[]') return { status: 200, body: withOwner(task) };
  throw new HttpError(404, `The task ${task.id} needs no review.`);
}

function withOwner(task: Parameters<typeof taskObject>[0]) {
  return { ...taskObject(task), task_owner: { email: task.user_email } };
}
