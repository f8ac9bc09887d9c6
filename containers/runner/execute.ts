import { neverStarted } from '../../core/conclude.ts';
import { AgentError, messageOf } from '../../core/errors.ts';
import type { ExecutionId, Result, Spec } from '../../core/execution.ts';
import { withDatabaseToken } from '../../core/integrations/iam-login.ts';
import { liveWords } from '../../core/integrations/live-exec.ts';
import { capture } from './capture.ts';
import { childEnd } from './child-end.ts';
import { type Deadline, deadline } from './deadline.ts';
import { partWriter } from './part-writer.ts';
import type { Place } from './place.ts';
import { type Prepared, prepare, prepareLive } from './prepare.ts';
import type { Runner } from './runner.ts';

/** How it ended; when it started is the claim's to say. */
export type Ended = Omit<Result, 'startedAt'>;

/**
 * Runs the command of an execution that is claimed, in a directory of its own that is gone afterwards.
 * @throws AgentError whose message is the user's answer when the command could not be started.
 */
export async function execute(runner: Runner, id: ExecutionId, spec: Spec, place: Place): Promise<Ended> {
  using limit = deadline(runner.clock, spec.runSecondsMax, runner.kill);
  try {
    const secret = await secretUnlessStopped(runner, id, spec, limit);
    if (secret === undefined) return stoppedBefore(runner, spec, limit);
    const prepared = spec.service?.live
      ? prepareLive(await liveSession(runner, spec, limit), secret, place.directory)
      : prepare(spec, secret, place.directory);
    return await runPrepared(runner, id, spec, prepared, place, limit);
  } finally {
    const removed = await place.close();
    if (!removed)
      runner.log.error('execution.ended', { taskId: spec.taskId, leftDirectory: place.directory });
  }
}

/** The secret, or undefined when a user or the deadline was faster than the store. */
async function secretUnlessStopped(
  { ledger, secrets, databaseToken }: Runner,
  id: ExecutionId,
  spec: Spec,
  limit: Deadline,
) {
  if (limit.signal.aborted) return undefined;
  const stopped = new Promise<undefined>((resolve) => {
    limit.signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  // Whoever asks for a kill writes `kill` and then looks for `started`, which is there by now: one of us sees it.
  const fetched = secrets
    .fetch({ type: spec.type, ...spec.secret })
    .then((secret) => (databaseToken ? withDatabaseToken(secret, spec, databaseToken) : secret));
  const looked = Promise.all([fetched, ledger.read(id, 'kill')]);
  const [secret, kill] = (await Promise.race([looked, stopped])) ?? [];
  return kill || limit.signal.aborted ? undefined : secret;
}

function liveSession({ openLiveSession }: Runner, { type, script, service }: Spec, limit: Deadline) {
  if (!openLiveSession || !service || type !== 'ecs-exec')
    throw new AgentError('command-invalid', `The type ${type} cannot run in a live container here.`);
  return openLiveSession(service, liveWords(script), limit.signal);
}

function stoppedBefore({ clock }: Runner, spec: Spec, limit: Deadline): Ended {
  const reason = limit.reason() ?? 'killed';
  const message =
    reason === 'killed'
      ? 'The command was killed before it started.'
      : `The secret could not be read within ${spec.runSecondsMax} seconds, the longest that the command may take. ` +
        'Check that the secret store can be reached.';
  return neverStarted(reason, message, clock.now());
}

async function runPrepared(
  runner: Runner,
  id: ExecutionId,
  spec: Spec,
  { command, filters, mask, note }: Prepared,
  place: Place,
  limit: Deadline,
) {
  try {
    const output = capture(partWriter(runner, id), filters, spec.outputBytesMax);
    const exit = await place.run(command, { clock: runner.clock, capture: output, stop: limit.signal });
    const end = childEnd(exit, limit.reason(), spec.runSecondsMax);
    const kept = await output.end();
    const sentences = [end.message, note, lostOutput(kept.failure), leftBehind(exit.abandoned)];
    const message = sentences.filter((sentence) => sentence !== null).join(' ');
    return { ...end, message: mask(message) || null, endedAt: runner.clock.now(), output: kept.output };
  } catch (thrown) {
    const message = mask(messageOf(thrown));
    throw thrown instanceof AgentError ? new AgentError(thrown.code, message) : new Error(message);
  }
}

function lostOutput(failure: string | null): string | null {
  return failure && `Some of the output could not be stored: ${failure}`;
}

function leftBehind(abandoned: boolean): string | null {
  return abandoned
    ? 'The command left a process behind that still writes; wait for background processes before the end.'
    : null;
}
