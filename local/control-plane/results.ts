import { hash } from 'node:crypto';
import * as z from 'zod/mini';
import { parseFields } from './fields.ts';
import { HttpError } from './http-error.ts';
import type { StagedLog } from './log-files.ts';
import type { Plane } from './plane.ts';
import type { Call, Route } from './router.ts';
import { inlineLogBytesMax } from './task-details.ts';

/** The one result of a task. */
export function resultRoutes(plane: Plane): Route[] {
  const path = '/v1/webhooks';
  // Agents other than ours send the whole log inside, up to 50 million characters.
  const bodyBytesMax = 256 * 1024 * 1024;
  return [{ method: 'POST', path, bodyBytesMax, for: 'agent', handle: (call) => receive(plane, call) }];
}

const wholeNumber = z.int().check(z.nonnegative());

type Report = z.infer<typeof reportSchema>;
const reportSchema = z.object({
  id: wholeNumber,
  status: z.enum(['success', 'failure']),
  logs: z.string(),
  uploaded: z.boolean(),
  redacted: z.boolean(),
  'elapsed-time-ms': wholeNumber,
  'log-size': wholeNumber,
  // Extensions. Their values are for people: a reason that we do not know yet must not lose a result.
  'exit-code': z._default(z.nullable(z.int()), null),
  reason: z._default(z.nullable(z.string().check(z.maxLength(64))), null),
});

async function receive(plane: Plane, call: Call) {
  const report = parseFields(reportSchema, call.body);
  const sha256 = hash('sha256', JSON.stringify(report), 'buffer');
  if (openTask(plane, report, sha256) === 'repeated') return { status: 200, body: {} };

  const big = Buffer.byteLength(report.logs) > inlineLogBytesMax;
  const staged = big ? await plane.logs.stage(report.logs) : undefined;
  try {
    // Looked at again: while the log was written, another result may have come.
    plane.store.transaction(() => {
      const open = openTask(plane, report, sha256);
      if (open !== 'repeated') store(plane, report, sha256, { staged, uploadedBytes: open.uploaded_bytes });
    });
  } finally {
    staged?.discard();
  }
  plane.waits.ended(report.id);
  return { status: 200, body: {} };
}

const taskRow = z.object({
  status: z.string(),
  result_sha256: z.nullable(z.instanceof(Uint8Array)),
  uploaded_bytes: z.nullable(z.int()),
});

/** The task if it waits for this result. @throws HttpError 404, or 409 when it has another result. */
function openTask({ store: { sql } }: Plane, { id, status }: Report, sha256: Uint8Array) {
  const row = sql.get`select status, result_sha256, uploaded_bytes from tasks where id = ${id}`;
  const task = taskRow.safeParse(row).data;
  if (!task) throw new HttpError(404, `task not found. There is no task ${id}.`);
  if (task.result_sha256 && Buffer.compare(task.result_sha256, sha256) === 0) return 'repeated';
  // The first agent refuses a task of an unknown type without locking it.
  if (task.status === 'running' || (task.status === 'ready' && status === 'failure')) return task;
  const why = task.result_sha256
    ? 'has another result already'
    : `has the status ${task.status} and was not locked`;
  throw new HttpError(409, `The task ${id} ${why}. This result is dropped.`);
}

interface Log {
  staged: StagedLog | undefined;
  uploadedBytes: number | null;
}

/** The uploaded log is the whole one; the one in the body may be cut. Small ones are kept in the database. */
function store(plane: Plane, report: Report, sha256: Uint8Array, { staged, uploadedBytes }: Log): void {
  const { sql } = plane.store;
  const uploaded = report.uploaded && uploadedBytes !== null && uploadedBytes > inlineLogBytesMax;
  if (!uploaded && staged) staged.keep(report.id);
  if (!uploaded && !staged) plane.logs.remove(report.id);
  const inline = uploaded || staged ? null : report.logs;
  const bytes = uploaded ? uploadedBytes : Buffer.byteLength(report.logs);
  sql.run`
    update tasks set status = ${report.status}, logs = ${inline}, log_bytes = ${bytes},
      redacted = ${report.redacted ? 1 : 0}, elapsed_time_ms = ${report['elapsed-time-ms']},
      exit_code = ${report['exit-code']}, reason = ${report.reason}, result_sha256 = ${sha256},
      ended_at = ${plane.clock.now()}, token = null
    where id = ${report.id}`;
}
