import { AgentError } from './errors.ts';
import type { ExecutionId } from './execution.ts';
import { limits } from './limits.ts';
import type { Clock, Ledger } from './ports.ts';

/**
 * Makes the caller the one who dispatches the execution, and returns the number of the attempt. Attempts are
 * create-only records `claim-1`, `claim-2` …: a later one is allowed only when the one before is older than
 * `leaseSeconds`, the longest that its maker can have lived. Undefined when the last attempt was made and is over.
 * @throws AgentError `ledger-failed`, retryable, while somebody else may be at work on it.
 */
export async function claim(
  { ledger, clock }: { ledger: Ledger; clock: Clock },
  id: ExecutionId,
  leaseSeconds: number,
): Promise<number | undefined> {
  for (let attempt = 1; attempt <= limits.dispatchAttempts; attempt++) {
    // Most executions have no claim yet, so asking first would only take time.
    if (await ledger.create(id, `claim-${attempt}`, { claimedAt: clock.now() })) return attempt;
    const claimed = await ledger.read(id, `claim-${attempt}`);
    if (!claimed || claimed.claimedAt + leaseSeconds * 1000 > clock.now()) throw busy(id);
  }
  return undefined;
}

/** Whether somebody else has taken over from the one who made this attempt. */
export async function isSuperseded(ledger: Ledger, id: ExecutionId, attempt: number): Promise<boolean> {
  return (await ledger.read(id, `claim-${attempt + 1}`)) !== undefined;
}

/** Another dispatcher is at work: come back later. */
export function busy(id: ExecutionId): AgentError {
  return new AgentError('ledger-failed', `Execution ${id} is being dispatched elsewhere.`, {
    retryable: true,
  });
}
