import type { ControlPlane } from '../../core/control-plane.ts';
import type { ExecutionId } from '../../core/execution.ts';
import type { Log } from '../../core/log.ts';
import { decodeFrames, type OutputFrame } from '../../core/output.ts';
import type { Clock, Ledger } from '../../core/ports.ts';
import type { Redactor } from '../../core/redaction/redactor.ts';
import { idOf } from '../../core/task.ts';

/** What is beyond is in the log when the task has ended. */
const charactersMax = 1024 * 1024;
const lookMilliseconds = 250;

export interface ProgressDependencies {
  ledger: Ledger;
  controlPlane: ControlPlane;
  redactor: Redactor;
  clock: Clock;
  log: Log;
}

/**
 * Posts redacted output while the task runs, until `ended` aborts. Best effort: the result carries the whole log,
 * so a failure here is only logged.
 */
export async function progress(
  deps: ProgressDependencies,
  id: ExecutionId,
  ended: AbortSignal,
): Promise<void> {
  const { ledger, controlPlane, redactor, log } = deps;
  const taskId = idOf((await ledger.read(id, 'task'))?.input);
  if (taskId === undefined) return;
  let sequence = 0;
  let characters = 0;
  try {
    for await (const chunk of redactor.output(follow(deps, id, ended))) {
      await controlPlane.progress(taskId, { sequence: ++sequence, ...chunk });
      characters += chunk.text.length;
      if (ended.aborted || characters > charactersMax) return;
    }
  } catch {
    log.error('progress.failed', { taskId: id, sequence });
  }
}

/** The output's parts as they appear in the ledger. */
async function* follow(
  { ledger, clock }: ProgressDependencies,
  id: ExecutionId,
  ended: AbortSignal,
): AsyncGenerator<OutputFrame> {
  for (let part = 1; !ended.aborted; ) {
    const bytes = await ledger.readOutput(id, part);
    if (!bytes) {
      await clock.sleep(lookMilliseconds, ended);
      continue;
    }
    yield* decodeFrames(bytes);
    part++;
  }
}
