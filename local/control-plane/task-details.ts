import * as z from 'zod/mini';
import { listText } from './fields.ts';
import { HttpError } from './http-error.ts';
import type { User } from './identities.ts';
import type { Plane } from './plane.ts';
import type { Call } from './router.ts';

export const taskStatuses = [
  'created',
  'pending-review',
  'approved',
  'rejected',
  'ready',
  'running',
  'success',
  'failure',
] as const;

/** Nothing happens to the task any more. */
export function hasEnded(status: string): boolean {
  return status === 'success' || status === 'failure' || status === 'rejected';
}

/** What lists show. */
const taskListRow = z.object({
  id: z.int(),
  target: z.string(),
  type: z.string(),
  script: z.string(),
  description: z.nullable(z.string()),
  status: z.enum(taskStatuses),
  user_id: z.int(),
  user_email: z.string(),
  redact: z.string(),
  created_at: z.int(),
  elapsed_time_ms: z.nullable(z.int()),
  exit_code: z.nullable(z.int()),
  reason: z.nullable(z.string()),
  reviews: z.string(),
});

export type TaskDetails = z.infer<typeof taskDetails>;
const taskDetails = z.extend(taskListRow, {
  reviewers: z.nullable(listText),
  logs: z.nullable(z.string()),
  log_bytes: z.nullable(z.int()),
});

/** The id in the address. Anything that is not a whole number names no task. */
export function taskIdOf(params: Call['params']): number {
  const text = params.id ?? '';
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new HttpError(404, 'task not found. Ids of tasks are whole numbers.');
}

/** The task of the address, if this user may see it; for all others it does not exist. */
export function visibleTask({ store: { sql } }: Plane, user: User, params: Call['params']): TaskDetails {
  const id = taskIdOf(params);
  const row = sql.get`select * from visible_tasks where viewer_id = ${user.id} and id = ${id}`;
  const task = taskDetails.safeParse(row).data;
  if (task) return task;
  throw new HttpError(404, `task not found. There is no task ${id} that you may see.`);
}

/** A task of a list, with the start of its script. */
export function listedTask(sql: Plane['store']['sql'], id: number): z.infer<typeof taskListRow> {
  return taskListRow.parse(sql.get`
    select id, target, type, substr(script, 1, 10000) as script, description, status, user_id, user_email,
      redact, created_at, elapsed_time_ms, exit_code, reason, reviews
    from task_details where id = ${id}`);
}

/** The task as users know it. */
export function taskObject(task: z.infer<typeof taskListRow>) {
  return {
    id: task.id,
    created: new Date(task.created_at).toISOString(),
    target: task.target,
    type: task.type,
    user_id: task.user_id,
    user_email: task.user_email,
    redact: task.redact,
    status: task.status,
    elapsed_time_ms: task.elapsed_time_ms,
    description: task.description,
    script: task.script,
    labels: null,
    reviews: z.array(z.unknown()).parse(JSON.parse(task.reviews)),
    exit_code: task.exit_code,
    reason: task.reason,
  };
}

/** The task with `task_logs`: its text, or where its text is. */
export function taskWithLogs({ urls }: Plane, task: TaskDetails, baseUrl: string) {
  return {
    ...taskObject(task),
    task_logs: taskLogs(task, () => urls.sign('GET', task.id, baseUrl, logSeconds)),
  };
}

/** How long the address of a log is good for. */
export const logSeconds = 3600;

/** What is larger is not sent inside of a task, but from an address of its own. */
export const inlineLogBytesMax = 100 * 1024;

/** Known clients match on how the sentences for empty logs and for a running task begin. */
function taskLogs({ id, status, logs, log_bytes: bytes }: TaskDetails, sign: () => string): string {
  if (status === 'pending-review') return 'Your task is waiting for its review.';
  if (status === 'approved') return `Your task is approved. Run it with POST /v1/tasks/${id}/runs.`;
  if (!hasEnded(status)) return `Your task is running. Its result will be at GET /v1/tasks/${id}/logs.`;
  if (bytes === 0) return 'Task returned empty logs';
  return logs ?? sign();
}
