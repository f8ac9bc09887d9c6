import { join, resolve } from 'node:path';
import { diskLedger } from '../adapters/local/ledger.ts';
import { diskLogStore } from '../adapters/local/log-store.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { AgentError } from '../core/errors.ts';
import { silentLog } from '../core/log.ts';
import { secretsOnlyRedactor } from '../core/redaction/local-redactor.ts';
import { idOf } from '../core/task.ts';
import { redactWithheld } from '../functions/reporter/redact-withheld.ts';
import { machineRedactor, type RedactionEnv } from './redaction-env.ts';

/**
 * Redacts what was withheld of an execution of the agent on this machine, with the detectors of this environment.
 * Returns where the log is now.
 * @throws AgentError when nothing is withheld, or its redaction fails again.
 */
export async function redactExecution(id: string, home: string, env: RedactionEnv): Promise<string> {
  if (idOf({ id }) === undefined) {
    throw new AgentError(
      'task-invalid',
      `${JSON.stringify(id)} is not the id of an execution: it is a task's number.`,
    );
  }
  const folder = resolve(home);
  const deps = {
    ledger: diskLedger(join(folder, 'ledger')),
    logStore: diskLogStore(join(folder, 'logs')),
    redactor: machineRedactor(env).redactor,
    unredacted: secretsOnlyRedactor(),
    clock: systemClock,
    log: silentLog,
  };
  return redactWithheld(deps, id);
}
