import * as z from 'zod/mini';
import { clearableText, groupList, listText, parseFields } from './fields.ts';
import { HttpError } from './http-error.ts';
import type { User } from './identities.ts';
import type { Plane } from './plane.ts';
import type { Call, Route } from './router.ts';

/** Users. Administrators keep them; the group `admin` makes one. */
export function userRoutes(plane: Plane): Route[] {
  const path = '/v1/users';
  const userinfo = (user: User) => ({ status: 200, body: { ...userInfo(user), org: plane.org } });
  return [
    { method: 'GET', path: '/v1/userinfo', for: 'user', handle: (_, user) => userinfo(user) },
    { method: 'GET', path, for: 'admin', handle: () => list(plane) },
    { method: 'POST', path, for: 'admin', handle: (call) => create(plane, call) },
    { method: 'PUT', path: `${path}/:id`, for: 'admin', handle: (call, user) => update(plane, call, user) },
    { method: 'POST', path: `${path}/:id/token`, for: 'admin', handle: (call) => replaceToken(plane, call) },
  ];
}

function userInfo({ id, email, name, groups, isAdmin }: User) {
  return { id, email, name, groups, admin: isAdmin };
}

const userFields = z.object({
  email: z.string().check(z.regex(/^[^\s@,]{1,64}@[^\s@,]{1,190}$/, 'must be an e-mail address')),
  name: clearableText,
  status: z.enum(['active', 'inactive'], { error: 'must be active or inactive' }),
  groups: groupList,
});

const bodySchema = z.looseObject({});
const userDefaults = { name: null, status: 'active', groups: [] };

const userRow = z.pipe(
  z.object({
    id: z.int(),
    email: z.string(),
    name: z.nullable(z.string()),
    status: z.string(),
    group_names: listText,
    created_at: z.int(),
  }),
  z.transform(({ group_names: groups, created_at, ...row }) => ({
    ...row,
    groups,
    created: new Date(created_at).toISOString(),
  })),
);

function list({ store: { sql } }: Plane) {
  return { status: 200, body: z.array(userRow).parse(sql.all`select * from users order by id`) };
}

/** The answer carries the new user's token, this once. */
function create({ store: { sql }, tokens, clock }: Plane, { body }: Call) {
  const user = parseFields(userFields, { ...userDefaults, ...parseFields(bodySchema, body) });
  requireFreeEmail(sql, user.email, 0);
  const { lastInsertRowid } = sql.run`
    insert into users (email, name, status, group_names, created_at)
    values (${user.email}, ${user.name}, ${user.status}, ${JSON.stringify(user.groups)}, ${clock.now()})`;
  const id = Number(lastInsertRowid);
  return { status: 201, body: { ...storedUser(sql, id), token: tokens.replaceUserToken(id) } };
}

/** Changes the fields that are there. */
function update({ store: { sql } }: Plane, { params, body }: Call, caller: User) {
  const id = Number(params.id);
  const user = parseFields(userFields, { ...storedUser(sql, id), ...parseFields(bodySchema, body) });
  if (id === caller.id && (user.status !== 'active' || !user.groups.includes('admin'))) {
    throw new HttpError(409, 'You cannot take the administration from yourself. Ask another administrator.');
  }
  requireFreeEmail(sql, user.email, id);
  sql.run`
    update users set email = ${user.email}, name = ${user.name}, status = ${user.status},
      group_names = ${JSON.stringify(user.groups)} where id = ${id}`;
  return { status: 200, body: storedUser(sql, id) };
}

function replaceToken({ store: { sql }, tokens }: Plane, { params }: Call) {
  const { id } = storedUser(sql, Number(params.id));
  return { status: 201, body: { token: tokens.replaceUserToken(id) } };
}

function storedUser(sql: Plane['store']['sql'], id: number) {
  const user = userRow.safeParse(sql.get`select * from users where id = ${id}`).data;
  if (user) return user;
  throw new HttpError(404, 'user not found. See GET /v1/users for the ids.');
}

function requireFreeEmail(sql: Plane['store']['sql'], email: string, exceptId: number): void {
  if (!sql.get`select 1 from users where email = ${email} and id <> ${exceptId}`) return;
  throw new HttpError(409, `There is a user ${email} already. Change it with PUT /v1/users/:id.`);
}
