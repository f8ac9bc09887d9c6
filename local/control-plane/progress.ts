import * as z from 'zod/mini';
import { parseFields, queryNumber } from './fields.ts';
import { HttpError } from './http-error.ts';
import type { User } from './identities.ts';
import type { Plane } from './plane.ts';
import type { Call, Route } from './router.ts';
import { taskIdOf, visibleTask } from './task-details.ts';

/**
 * Redacted output of a task that still runs, and why one waits that is ready. Extensions, both: clients without them
 * read the log at the end.
 */
export function progressRoutes(plane: Plane): Route[] {
  const path = '/v1/tasks/:id/progress';
  return [
    { method: 'POST', path, bodyBytesMax: 8 * 1024 * 1024, for: 'agent', handle: (call) => add(plane, call) },
    { method: 'GET', path, for: 'user', handle: (call, user) => read(plane, call, user) },
  ];
}

/** Of one task. What comes later is dropped: the whole output is in the log. */
const taskBytesMax = 16 * 1024 * 1024;
/** Of one answer, or a single larger chunk. */
const answerBytesMax = 1024 * 1024;
const keptMilliseconds = 3600 * 1000;

const chunkSchema = z.object({
  sequence: z.int().check(z.nonnegative()),
  stream: z.enum(['stdout', 'stderr']),
  text: z.string(),
});

function add({ store: { sql, transaction }, clock }: Plane, { params, body }: Call) {
  const id = taskIdOf(params);
  const { sequence, stream, text } = parseFields(chunkSchema, body);
  transaction(() => {
    const status = sql.get`select status from tasks where id = ${id}`?.status;
    if (status !== 'running' && !(status === 'ready' && sequence === 0)) {
      throw new HttpError(409, `The task ${id} is not running: it takes no progress.`);
    }
    // Why it waits. What was said before holds no longer.
    if (status === 'ready') forgetWaiting(sql, id);
    if (sequence === 0 || sequence === 1) forgetOld(sql, clock.now() - keptMilliseconds);
    const bytes = Buffer.byteLength(text);
    // A chunk that comes twice is stored once.
    sql.run`
      insert or ignore into progress (task_id, sequence, stream, text, bytes)
      select ${id}, ${sequence}, ${stream}, ${text}, ${bytes}
      where ${bytes} + (select coalesce(sum(bytes), 0) from progress where task_id = ${id}) <= ${taskBytesMax}`;
  });
  return { status: 200, body: {} };
}

/** Why a task waits: it is the progress of one that no agent has yet. */
export function forgetWaiting(sql: Plane['store']['sql'], id: number): void {
  sql.run`delete from progress where task_id = ${id} and sequence = 0`;
}

/** Clients that follow a task have an hour to read the rest. */
function forgetOld(sql: Plane['store']['sql'], endedBefore: number): void {
  sql.run`delete from progress where task_id in (
    select id from tasks where ended_at < ${endedBefore} and id in (select distinct task_id from progress))`;
}

const chunkRow = z.object({
  sequence: z.int(),
  stream: z.string(),
  text: z.string(),
  bytes: z.int(),
});

function read(plane: Plane, { params, query }: Call, user: User) {
  const task = visibleTask(plane, user, params);
  const after = queryNumber(query, 'after', -1, Number.MAX_SAFE_INTEGER);
  const { sql } = plane.store;
  const rows = sql.all`
    select sequence, stream, text, bytes from progress where task_id = ${task.id} and sequence > ${after}
    order by sequence limit 1000`;
  let total = 0;
  const fitting = z
    .array(chunkRow)
    .parse(rows)
    .filter(({ bytes }, index) => {
      total += bytes;
      return index === 0 || total <= answerBytesMax;
    });
  const chunks = fitting.map(({ sequence, stream, text }) => ({ sequence, stream, text }));
  return { status: 200, body: { chunks, status: task.status } };
}
