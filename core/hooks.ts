import * as z from 'zod/mini';
import { AgentError, messageOf } from './errors.ts';
import type { ReportBody } from './execution.ts';
import { limits } from './limits.ts';
import type { Clock } from './ports.ts';
import type { Redacted } from './redaction/redacted.ts';

/**
 * The customer's own functions around a task: docs/hooks.md. They come from the deployment alone, never from the API.
 */
export interface Hooks {
  /** Called for each task that may run, before it is started; more than once when dispatching has to begin again. */
  before?(task: HookTask): Promise<HookVerdict> | HookVerdict;
  /** Called at most once for each task that was allowed to run, when its result is at the API. Changes nothing. */
  after?(result: HookResult): Promise<void> | void;
}

/** What a hook sees of a task: no token and no secret. */
export interface HookTask {
  readonly id: number | string;
  readonly type: string;
  readonly target: string | null;
  readonly description: string | null;
  /** Verified, where identity is configured. */
  readonly userEmail: string | null;
  readonly userGroups: string | null;
  readonly script: string;
}

/** Nothing: it runs as it is. `stop` is the sentence for its user; `script` runs in place of the user's. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without a return is the common hook.
export type HookVerdict = void | { readonly stop: string } | { readonly script: string };

/** The task with the script that ran, and what its user was told. */
export interface HookResult extends HookTask {
  readonly status: ReportBody['status'];
  readonly reason: ReportBody['reason'];
  /** Null when there was no process that could have one. */
  readonly exitCode: number | null;
  /** The log as the result has it. Null where the policy let the output pass unredacted: hooks see no raw text. */
  readonly logs: Redacted | null;
}

const verdictSchema = z.union([
  z.undefined(),
  z.strictObject({ stop: z.string().check(z.minLength(1)) }),
  z.strictObject({ script: z.string() }),
]);

/**
 * The script that runs, as the hook decides. Without a clear verdict in time, nothing runs.
 * @throws AgentError whose message is the user's answer: `policy-denied` when the hook stops the task,
 * `config-invalid` when the hook fails.
 */
export async function askBefore(hooks: Hooks, task: HookTask, clock: Clock): Promise<string> {
  const verdict = await verdictOf(hooks, task, clock);
  if (!verdict) return task.script;
  if ('stop' in verdict) throw new AgentError('policy-denied', verdict.stop);
  return verdict.script;
}

async function verdictOf(hooks: Hooks, task: HookTask, clock: Clock) {
  try {
    const answer: unknown = await inTime(() => hooks.before?.({ ...task }), clock);
    const parsed = verdictSchema.safeParse(answer);
    if (parsed.success) return parsed.data;
  } catch (cause) {
    throw preHookFailed(messageOf(cause), cause);
  }
  throw preHookFailed('It must return nothing, { stop: "a sentence" } or { script: "another script" }.');
}

/** The sentence begins as the one of the first agent, on which dashboards match. */
function preHookFailed(why: string, cause?: unknown): AgentError {
  const message = `failed to run pre-hook, so the task was not started: ${why}`;
  return new AgentError('config-invalid', message, { cause });
}

/** @throws what the hook throws, or an error when it takes too long. */
export async function tellAfter(hooks: Hooks, result: HookResult, clock: Clock): Promise<void> {
  await inTime(() => hooks.after?.(result), clock);
}

async function inTime<T>(call: () => Promise<T> | T, clock: Clock): Promise<T> {
  const answered = new AbortController();
  const { hookSeconds } = limits;
  const late = clock.sleep(hookSeconds * 1000, answered.signal).then(() => {
    throw new Error(`It took longer than ${hookSeconds} seconds.`);
  });
  try {
    return await Promise.race([(async () => call())(), late]);
  } finally {
    answered.abort();
  }
}
