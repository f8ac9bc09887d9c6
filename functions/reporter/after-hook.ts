import { messageOf } from '../../core/errors.ts';
import type { ExecutionId, ReportBody } from '../../core/execution.ts';
import { type Hooks, tellAfter } from '../../core/hooks.ts';
import type { Log } from '../../core/log.ts';
import type { Clock, Ledger } from '../../core/ports.ts';
import type { Redactor } from '../../core/redaction/redactor.ts';

export interface AfterHookDependencies {
  hooks?: Hooks | undefined;
  ledger: Ledger;
  redactor: Redactor;
  clock: Clock;
  log: Log;
}

/**
 * Tells the hook `after` of a result that is at the API. A task that was rejected has no spec, and its hook hears
 * nothing. The result stands, whatever the hook does.
 */
export async function runAfterHook(deps: AfterHookDependencies, id: ExecutionId, body: ReportBody) {
  const { hooks, ledger, redactor, clock, log } = deps;
  if (!hooks) return;
  try {
    const spec = await ledger.read(id, 'spec');
    if (!spec) return;
    const { type, target, description, userEmail, userGroups, script } = spec;
    const { status, reason, redacted, 'exit-code': exitCode = null } = body;
    const task = { id: spec.taskId, type, target, description, userEmail, userGroups, script };
    const logs = redacted ? body.logs : null;
    await tellAfter(hooks, { ...task, status, reason, exitCode, logs }, clock);
  } catch (thrown) {
    // What a hook throws may quote what it was told.
    const cause = redactor.message(`failed to run post-hook: ${messageOf(thrown)}`);
    log.error('hook.failed', { taskId: id, cause });
  }
}
