import { AgentError, messageOf } from './errors.ts';
import type { ExecutionId, Reason, Result } from './execution.ts';
import type { Clock, Ledger, Queue } from './ports.ts';

/** A result of an execution whose command never started. */
export function neverStarted(reason: Reason, message: string, endedAt: number): Result {
  return {
    reason,
    exitCode: null,
    message,
    startedAt: null,
    endedAt,
    output: { parts: 0, bytes: 0, cutBytes: 0 },
  };
}

/**
 * Decides that the execution never starts, and has it reported. False when a runner was faster: then the
 * execution goes its own way and this result is void. The decision and the result are one record, so that a
 * crash between them loses nothing.
 */
export async function conclude(
  { ledger, reports }: { ledger: Ledger; reports: Queue },
  id: ExecutionId,
  result: Result,
): Promise<boolean> {
  if (!(await ledger.create(id, 'started', { by: 'nobody', result }))) return false;
  await ledger.create(id, 'result', result);
  await reports.send(id);
  return true;
}

/** Ends an execution that its user no longer wants, before its start. False when a runner was faster. */
export function concludeKilled(
  deps: { ledger: Ledger; reports: Queue; clock: Clock },
  id: ExecutionId,
): Promise<boolean> {
  const message = 'The task was killed by its user before it started.';
  return conclude(deps, id, neverStarted('killed', message, deps.clock.now()));
}

/** The sentence for the user about what our machine failed at; the raw error stays in our own log. */
export function explain(thrown: unknown): string {
  return thrown instanceof AgentError ? thrown.message : `agent failed to run command: ${messageOf(thrown)}`;
}
