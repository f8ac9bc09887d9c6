import { bodyChunks } from './body.ts';
import { HttpError } from './http-error.ts';
import type { User } from './identities.ts';
import type { Plane } from './plane.ts';
import type { Call, Route } from './router.ts';
import { logPath } from './signed-urls.ts';
import { hasEnded, logSeconds, visibleTask } from './task-details.ts';

/** A task's log: where it is, its upload by the agent, and its text for whoever has the signed address. */
export function logRoutes(plane: Plane): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/tasks/:id/logs',
      for: 'user',
      handle: (call, user) => locate(plane, call, user),
    },
    { method: 'GET', path: logPath, for: 'anyone', handle: (call) => read(plane, call) },
    {
      method: 'PUT',
      path: logPath,
      bodyBytesMax: 'raw',
      for: 'anyone',
      handle: (call) => upload(plane, call),
    },
  ];
}

function locate(plane: Plane, { params, baseUrl }: Call, user: User) {
  const task = visibleTask(plane, user, params);
  if (hasEnded(task.status)) {
    return { status: 200, body: { logs_url: plane.urls.sign('GET', task.id, baseUrl, logSeconds) } };
  }
  throw new HttpError(
    400,
    `The task ${task.id} has not finished: its status is ${task.status}. Ask again later.`,
  );
}

function read({ store: { sql }, urls, logs }: Plane, call: Call) {
  const id = urls.verify(call);
  const text = sql.get`select logs from tasks where id = ${id}`?.logs;
  return { status: 200, text: typeof text === 'string' ? text : logs.read(id) };
}

async function upload({ store: { sql }, urls, logs }: Plane, call: Call) {
  const id = urls.verify(call);
  const requireRunning = () => {
    if (sql.get`select 1 from tasks where id = ${id} and status = 'running'`) return;
    throw new HttpError(409, `The task ${id} is not running: its log can no longer be replaced.`);
  };
  requireRunning();
  const staged = await logs.stage(bodyChunks(call.request));
  try {
    requireRunning();
    staged.keep(id);
    sql.run`update tasks set uploaded_bytes = ${staged.bytes} where id = ${id}`;
  } finally {
    staged.discard();
  }
  return { status: 200 };
}
