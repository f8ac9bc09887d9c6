import * as z from 'zod/mini';
import { type ApiCall, type CallApi, jsonOf, listOf, successOf, tasksPath } from './api-call.ts';
import type { AgentDescription, ControlPlane, Registration } from './control-plane.ts';
import { AgentError } from './errors.ts';
import type { Settled } from './http-retry.ts';
import { limits } from './limits.ts';
import { idOf, snakeCaseKeys, type Task } from './task.ts';

export interface Extensions extends Pick<ControlPlane, 'register' | 'progress'> {
  killRequests(readyIds: ReadonlySet<Task['id']>): Promise<Task['id'][]>;
}

/** The calls that a server may not know. Once it has said so, with 404 or 405, they are not made again. */
export function apiExtensions(callApi: CallApi, tags: string | null): Extensions {
  const ask = onceKnown(callApi);
  return {
    async register(agent) {
      const call = registerCall(agent, tags);
      const settled = await ask('register', call);
      if (settled?.outcome.status === 409) throw duplicateAgent(tags);
      return settled && registrationOf(jsonOf(call, successOf(call, settled)));
    },
    async killRequests(readyIds) {
      const call = killRequestsCall(tags);
      const settled = await ask('killRequests', call);
      if (!settled) return [];
      const ids = listOf(call, successOf(call, settled)).map(idOf);
      // A server that does not look at the status lists the ready tasks again: nobody wants those killed.
      return ids.filter((id) => id !== undefined).filter((id) => !readyIds.has(id));
    },
    async progress(id, chunk) {
      const call = progressCall(id, chunk);
      const settled = await ask('progress', call);
      if (settled) successOf(call, settled);
    },
  };
}

function onceKnown(callApi: CallApi): (name: string, call: ApiCall) => Promise<Settled | undefined> {
  const unknown = new Set<string>();
  return async (name, call) => {
    if (unknown.has(name)) return undefined;
    const settled = await callApi(call);
    if (settled.outcome.status !== 404 && settled.outcome.status !== 405) return settled;
    unknown.add(name);
    return undefined;
  };
}

function registerCall(
  { version, hostname, jwkVerify, capabilities, instance }: AgentDescription,
  tags: string | null,
) {
  return {
    purpose: 'register the agent',
    method: 'POST',
    path: '/v1/agents',
    body: { tags, version, hostname, jwk_verify: jwkVerify, capabilities, instance },
    needsBody: true,
    patience: limits.apiCalls.register,
    responseBytesMax: limits.shortResponseBytes,
  } as const;
}

function killRequestsCall(tags: string | null) {
  return {
    purpose: 'list the tasks to kill',
    method: 'GET',
    path: tasksPath('kill-requested', tags),
    needsBody: true,
    patience: limits.apiCalls.killRequests,
    responseBytesMax: limits.responseBytes,
  } as const;
}

function progressCall(id: Task['id'], chunk: Parameters<ControlPlane['progress']>[1]) {
  return {
    purpose: `take progress of task ${id}`,
    method: 'POST',
    path: `/v1/tasks/${id}/progress`,
    body: { sequence: chunk.sequence, stream: chunk.stream, text: chunk.text },
    needsBody: false,
    patience: limits.apiCalls.progress,
    responseBytesMax: limits.shortResponseBytes,
  } as const;
}

const optionalName = z.catch(z.nullable(z.string()), null);

/** What is missing or unreadable counts as not said. */
const registrationSchema = z.object({
  id: z.catch(z.nullable(z.pipe(z.union([z.string(), z.int()]), z.transform(String))), null),
  org: optionalName,
  poll_interval_ms: z.catch(z.nullable(z.int().check(z.positive())), null),
  webhook_extensions: z.catch(z.boolean(), false),
});

function registrationOf(answer: unknown): Registration {
  const parsed = registrationSchema.safeParse(snakeCaseKeys(answer));
  const {
    id,
    org,
    poll_interval_ms: interval,
    webhook_extensions: webhookExtensions,
  } = parsed.data ?? nothingSaid;
  return {
    id,
    org,
    pollIntervalMs: interval && Math.min(interval, limits.pollIntervalMillisecondsMax),
    webhookExtensions,
  };
}

const nothingSaid = { id: null, org: null, poll_interval_ms: null, webhook_extensions: false };

function duplicateAgent(tags: string | null): AgentError {
  const which = tags ? `the same TAGS ("${tags}")` : 'no TAGS, like this one,';
  const message = `Another agent with ${which} is connected. Give this agent other TAGS, or stop the other one.`;
  return new AgentError('agent-duplicate', message);
}
