import * as z from 'zod/mini';
import { queryChoice, queryNumber } from './fields.ts';
import { HttpError } from './http-error.ts';
import type { User } from './identities.ts';
import type { Plane } from './plane.ts';
import type { Call, Route } from './router.ts';
import { listedTask, taskObject, taskStatuses } from './task-details.ts';

/** Many tasks. Lists carry the first 10 000 characters of each script; `GET /v1/tasks/:id` has all of it. */
export function taskListRoutes(plane: Plane): Route[] {
  return [
    { method: 'GET', path: '/v1/tasks', for: 'user', handle: (call, user) => list(plane, call, user) },
    {
      method: 'GET',
      path: '/v1/tasks/search',
      for: 'user',
      handle: (call, user) => search(plane, call, user),
    },
  ];
}

/** The newest first. */
function list(plane: Plane, call: Call, user: User) {
  const { tasks } = find(plane, call, user, { column: 'created', ascending: false });
  return { status: 200, body: tasks };
}

function search(plane: Plane, call: Call, user: User) {
  const column = queryChoice(call.query, 'order-by', ['created', 'elapsed_time_ms']) ?? 'created';
  const ascending = queryChoice(call.query, 'order', ['asc', 'desc']) === 'asc';
  const { tasks, total } = find(plane, call, user, { column, ascending });
  return { status: 200, body: { data: tasks, total } };
}

interface Order {
  column: string;
  ascending: boolean;
}

/** First the ids, so that scripts and reviews are read for one page only. */
function find({ store: { sql } }: Plane, { query }: Call, user: User, { column, ascending }: Order) {
  const rows = sql.all`
    select id, count(*) over () as total
    from visible_tasks
    where viewer_id = ${user.id}
      and coalesce(target = ${queryText(query, 'target')}, 1)
      and coalesce(type = ${queryText(query, 'type')}, 1)
      and coalesce(status = ${queryChoice(query, 'status', taskStatuses)}, 1)
      and coalesce(user_id = ${queryInteger(query, 'user-id')}, 1)
      and coalesce(user_email = ${queryText(query, 'user-email')} collate nocase, 1)
      and coalesce(id = ${queryInteger(query, 'id')}, 1)
      and created_at >= ${queryDate(query, 'start-date') ?? 0}
      and created_at <= ${queryDate(query, 'end-date') ?? Number.MAX_SAFE_INTEGER}
    order by case ${column} when 'created' then id else elapsed_time_ms end * ${ascending ? 1 : -1} nulls last, id
    limit ${queryNumber(query, 'limit', 50, 1000)}
    offset ${queryNumber(query, 'start', 0, Number.MAX_SAFE_INTEGER)}`;
  const page = z.array(z.object({ id: z.int(), total: z.int() })).parse(rows);
  const tasks = page.map(({ id }) => taskObject(listedTask(sql, id)));
  return { tasks, total: page[0]?.total ?? 0 };
}

function queryText(query: URLSearchParams, name: string): string | null {
  return query.get(name) || query.get(name.replaceAll('-', '_')) || null;
}

function queryInteger(query: URLSearchParams, name: string): number | null {
  const text = queryText(query, name);
  if (text === null) return null;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new HttpError(400, `${name}: must be a whole number`);
}

/** `2026-1-31 00:00:00`, in UTC, as the known clients send it; the time may be left out. */
function queryDate(query: URLSearchParams, name: string): number | null {
  const text = queryText(query, name);
  if (text === null) return null;
  const parts = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2}):(\d{2})Z?)?$/.exec(text);
  if (!parts) throw new HttpError(400, `${name}: must be a date such as 2026-1-31 00:00:00, in UTC`);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0));
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
