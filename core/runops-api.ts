import * as z from 'zod/mini';
import { type ApiAddress, type CallApi, callApi, listOf, successOf, tasksPath } from './api-call.ts';
import { apiExtensions } from './api-extensions.ts';
import type { ControlPlane, Lock } from './control-plane.ts';
import { AgentError } from './errors.ts';
import type { ReportBody } from './execution.ts';
import { type Http, retryAfterMilliseconds } from './http-retry.ts';
import { limits } from './limits.ts';
import { uploadLog } from './log-upload.ts';
import { idOf, snakeCaseKeys, type Task } from './task.ts';
import { type Trace, traceparentOf } from './trace.ts';

export interface RunopsApi extends ApiAddress, Http {
  /** Sent as one value; null asks for the tasks of targets without tags. */
  tags: string | null;
  /** This installation, the same after every restart: a lock that it repeats is known by it. */
  instance: string;
}

/**
 * The Runops API over HTTP, as `docs/api.md` describes it. It remembers what the registration answered, and which
 * extensions the server does not know.
 * @throws AgentError `config-invalid` when `apiUrl` or `token` cannot be used.
 */
export function runopsApi(api: RunopsApi): ControlPlane {
  const call = callApi(api, api);
  const { register, killRequests, progress } = apiExtensions(call, api.tags);
  const ready = readyTasks(call, api);
  let webhookExtensions = false;

  return {
    async register(agent) {
      const registration = await register(agent);
      webhookExtensions = registration?.webhookExtensions ?? false;
      return registration;
    },
    readyTasks: ready.list,
    killRequests: () => killRequests(ready.ids()),
    lock: (id, trace) => lock(call, id, api.instance, trace),
    progress,
    upload: (url, log) => uploadLog(api, url, log),
    report: (body, trace) => report(call, webhookExtensions ? body : withoutExtensions(body), trace),
  };
}

function readyTasks(callApi: CallApi, { clock, tags }: RunopsApi) {
  const call = {
    purpose: 'list the ready tasks',
    method: 'GET',
    path: tasksPath('ready', tags),
    needsBody: true,
    patience: limits.apiCalls.readyTasks,
    responseBytesMax: limits.responseBytes,
  } as const;
  let quietUntil = 0;
  let ids: ReadonlySet<Task['id']> = new Set();

  const list: ControlPlane['readyTasks'] = async () => {
    if (clock.now() < quietUntil) {
      const seconds = Math.ceil((quietUntil - clock.now()) / 1000);
      const message = `The Runops API asked us not to poll for another ${seconds} s.`;
      throw new AgentError('api-unreachable', message, { retryable: true });
    }
    const settled = await callApi(call);
    quietUntil = clock.now() + retryAfterMilliseconds(settled.outcome, clock.now());
    const tasks = listOf(call, successOf(call, settled));
    ids = new Set(tasks.map(idOf).filter((id) => id !== undefined));
    return tasks;
  };
  return { list, ids: () => ids };
}

async function lock(
  callApi: CallApi,
  id: Task['id'],
  instance: string,
  trace: Trace | undefined,
): Promise<Lock> {
  const call = {
    purpose: `lock task ${id}`,
    method: 'POST',
    path: `/v1/tasks/${id}/lock`,
    hasOrigin: true,
    idempotencyKey: `${instance}-${id}`,
    traceparent: trace && traceparentOf(trace, 'queue'),
    // Without its body a success is a lock all the same: asking again would be refused.
    needsBody: false,
    patience: limits.apiCalls.lock,
    responseBytesMax: limits.shortResponseBytes,
  } as const;
  const settled = await callApi(call);
  const { status } = settled.outcome;
  const isOurFault = status === 401 || status === 403 || status === 429;
  if (status !== null && status >= 400 && status < 500 && !isOurFault) {
    return { outcome: settled.isUnclear ? 'unclear' : 'refused' };
  }
  return { outcome: 'granted', uploadUrl: uploadUrlOf(successOf(call, settled).body) };
}

const uploadSchema = z.object({ pre_signed_upload_url: z.string().check(z.minLength(1)) });

function uploadUrlOf(body: string | null): string | null {
  try {
    return uploadSchema.parse(snakeCaseKeys(JSON.parse(body ?? ''))).pre_signed_upload_url;
  } catch {
    return null;
  }
}

async function report(callApi: CallApi, body: object, trace: Trace | undefined): Promise<void> {
  const call = {
    purpose: 'take the result of a task',
    method: 'POST',
    path: '/v1/webhooks',
    body,
    hasOrigin: true,
    traceparent: trace && traceparentOf(trace, 'report'),
    needsBody: false,
    patience: limits.apiCalls.report,
    responseBytesMax: limits.shortResponseBytes,
  } as const;
  const settled = await callApi(call);
  // A conflict says that the task has its result: it was this one, whose answer got lost.
  if (settled.outcome.status !== 409) successOf(call, settled);
}

function withoutExtensions({ 'exit-code': _, reason: __, ...body }: ReportBody) {
  return body;
}
