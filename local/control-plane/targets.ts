import * as z from 'zod/mini';
import { bit, listText, parseFields, queryChoice, queryNumber, word } from './fields.ts';
import { HttpError } from './http-error.ts';
import type { User } from './identities.ts';
import type { Plane } from './plane.ts';
import type { Call, Route } from './router.ts';
import { type TargetFields, targetFields, withDefaults } from './target-fields.ts';

/** Targets. Administrators keep them; everybody sees those of their own groups. */
export function targetRoutes(plane: Plane): Route[] {
  const path = '/v1/targets';
  return [
    { method: 'GET', path, for: 'user', handle: (call, user) => list(plane, call, user) },
    { method: 'GET', path: `${path}/:name`, for: 'user', handle: (call, user) => getOne(plane, call, user) },
    { method: 'POST', path, for: 'admin', handle: (call, user) => create(plane, call, user) },
    { method: 'PUT', path, for: 'admin', handle: (call, user) => update(plane, call, user) },
  ];
}

export type Target = z.infer<typeof targetRow>;

/** A target as its users see it: without `config`, which is a secret that is written and never read back. */
const targetRow = z.object({
  id: z.int(),
  name: z.string(),
  message: z.nullable(z.string()),
  type: z.string(),
  status: z.string(),
  tags: z.nullable(z.string()),
  redact: z.string(),
  review_type: z.enum(['none', 'anyone', 'team']),
  reviewers: z.nullable(listText),
  channel_name: z.nullable(z.string()),
  group_names: z.nullable(listText),
  secret_provider: z.nullable(z.string()),
  secret_path: z.nullable(z.string()),
  secret_mapping: z.nullable(z.string()),
  override_type: bit,
  templates_only: bit,
  custom_command: z.nullable(z.string()),
  created_at: z.int(),
});

/** The target, if this user may see it. */
export function visibleTarget({ store: { sql } }: Plane, user: User, name: string): Target {
  const row = sql.get`select * from visible_targets where viewer_id = ${user.id} and name = ${name}`;
  const target = targetRow.safeParse(row).data;
  if (target) return target;
  throw new HttpError(404, 'target not found. There is no target with this name that you may see.');
}

function list({ store: { sql } }: Plane, { query }: Call, user: User) {
  const status = queryChoice(query, 'status', ['active', 'inactive', 'all']);
  const rows = sql.all`
    select * from visible_targets
    where viewer_id = ${user.id} and (${status ?? 'all'} = 'all' or status = ${status})
      and (${query.get('type')} is null or type = ${query.get('type')})
    order by name limit ${queryNumber(query, 'limit', 1000, 1000)}
    offset ${queryNumber(query, 'start', 0, Number.MAX_SAFE_INTEGER)}`;
  return { status: 200, body: z.array(targetRow).parse(rows).map(targetObject) };
}

function getOne(plane: Plane, { params }: Call, user: User) {
  return { status: 200, body: targetObject(visibleTarget(plane, user, params.name ?? '')) };
}

const namedSchema = z.looseObject({ name: word });

function create(plane: Plane, call: Call, user: User) {
  const { sql, transaction } = plane.store;
  const { name, ...given } = parseFields(namedSchema, call.body);
  const fields = parseFields(targetFields, withDefaults(given));
  transaction(() => {
    if (sql.get`select 1 from targets where name = ${name}`) {
      throw new HttpError(409, `There is a target ${name} already. Update it, or choose another name.`);
    }
    // The other columns follow in the same transaction.
    sql.run`
      insert into targets (name, type, status, redact, review_type, override_type, templates_only, created_at)
      values (${name}, ${fields.type}, 'active', 'all', 'none', 0, 0, ${plane.clock.now()})`;
    write(plane, name, fields);
  });
  return { status: 201, body: targetObject(visibleTarget(plane, user, name)) };
}

/** Changes the fields that are there; null and the empty string set one to its default. */
function update(plane: Plane, call: Call, user: User) {
  const { sql, transaction } = plane.store;
  const { name, ...changes } = parseFields(namedSchema, call.body);
  transaction(() => {
    const row = sql.get`select * from targets where name = ${name}`;
    if (!row)
      throw new HttpError(404, `target not found. There is no target ${name} to update; create it first.`);
    const stored = { ...targetObject(targetRow.parse(row)), config: row.config };
    write(plane, name, parseFields(targetFields, withDefaults({ ...stored, ...changes })));
  });
  return { status: 200, body: targetObject(visibleTarget(plane, user, name)) };
}

function write({ store: { sql } }: Plane, name: string, fields: TargetFields): void {
  sql.run`
    update targets set message = ${fields.message}, type = ${fields.type}, status = ${fields.status},
      tags = ${fields.tags}, redact = ${fields.redact}, review_type = ${fields.review_type},
      reviewers = ${listOrNull(fields.reviewers)}, channel_name = ${fields.channel_name},
      group_names = ${listOrNull(fields.groups)}, secret_provider = ${fields.secret_provider},
      secret_path = ${fields.secret_path}, secret_mapping = ${fields.secret_mapping},
      config = ${fields.config}, override_type = ${fields.override_type ? 1 : 0},
      templates_only = ${fields.templates_only ? 1 : 0}, custom_command = ${fields.custom_command}
    where name = ${name}`;
}

function listOrNull(list: readonly string[] | null): string | null {
  return list && JSON.stringify(list);
}

function targetObject({ id: _, group_names: groups, created_at, reviewers, ...target }: Target) {
  return {
    ...target,
    reviewers: reviewers?.join(',') ?? null,
    groups,
    created: new Date(created_at).toISOString(),
  };
}
