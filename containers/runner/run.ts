import { explain, neverStarted } from '../../core/conclude.ts';
import { AgentError } from '../../core/errors.ts';
import type { ExecutionId, Result, Spec } from '../../core/execution.ts';
import { execute } from './execute.ts';
import { openPlace, type Place } from './place.ts';
import type { Runner } from './runner.ts';

/**
 * Runs the execution once, ever: only the runner that creates the record `started` goes on. From there on a
 * result is stored, whatever happens, and it is the last thing that is.
 */
export async function run(runner: Runner, id: ExecutionId): Promise<void> {
  const { ledger, clock, log } = runner;
  // Making a place takes some milliseconds, so it begins before the claim, which takes some as well.
  const opening = openSoon(runner);
  const spec = await ledger.read(id, 'spec');
  const startedAt = clock.now();
  if (!spec || !(await claimStart(runner, id, spec, startedAt))) return closeUnused(opening);
  log.info('execution.started', { taskId: spec.taskId });

  const pessimistic = neverStarted('lost', 'The runner ended before the command did.', startedAt);
  let result: Result = { ...pessimistic, startedAt, output: { parts: null, bytes: 0, cutBytes: 0 } };
  try {
    result = { ...(await execute(runner, id, spec, await opening)), startedAt };
  } catch (thrown) {
    const message = explain(thrown);
    if (thrown instanceof AgentError) result = { ...neverStarted('rejected', message, startedAt), startedAt };
    else result = { ...result, message };
  } finally {
    await ledger.create(id, 'result', { ...result, endedAt: clock.now() });
    log.info('execution.ended', { taskId: spec.taskId, reason: result.reason, exitCode: result.exitCode });
  }
}

/** The permanent claim: true for exactly one runner, ever, and for none after the deadline. */
async function claimStart(runner: Runner, id: ExecutionId, spec: Spec, startedAt: number): Promise<boolean> {
  const { ledger, launchId, imageDigest } = runner;
  if (startedAt >= spec.startBefore) return refuse(runner, id, spec);
  return ledger.create(id, 'started', { by: 'runner', launchId, startedAt, imageDigest });
}

/** A place that cannot be made is no reason to throw before somebody is there to catch it. */
function openSoon({ machine, openPlace: open = openPlace }: Runner): Promise<Place> {
  const opening = Promise.resolve(machine).then(open);
  opening.catch(() => {});
  return opening;
}

async function closeUnused(opening: Promise<Place>): Promise<void> {
  const place = await opening.catch(() => undefined);
  await place?.close();
}

/** It came too late. The decision is a record as well, so that nobody else may start it either. */
async function refuse({ ledger, clock, log }: Runner, id: ExecutionId, spec: Spec): Promise<false> {
  const deadlineText = new Date(spec.startBefore).toISOString();
  const message =
    `The command was not started: it had to start before ${deadlineText}, when its start deadline or the token of ` +
    'its user ended. Run the task again.';
  const result = neverStarted('rejected', message, clock.now());
  if (!(await ledger.create(id, 'started', { by: 'nobody', result }))) return false;
  await ledger.create(id, 'result', result);
  log.info('execution.ended', { taskId: spec.taskId, reason: result.reason });
  return false;
}
