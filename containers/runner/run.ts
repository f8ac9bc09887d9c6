import { explain, neverStarted } from '../../core/conclude.ts';
import { AgentError } from '../../core/errors.ts';
import type { ExecutionId, Result, Spec } from '../../core/execution.ts';
import type { Log } from '../../core/log.ts';
import type { Clock, Ledger, Secrets } from '../../core/ports.ts';
import { baseEnvironment } from './base-environment.ts';
import { capture } from './capture.ts';
import { runChild } from './child.ts';
import { childEnd, stopMessage } from './child-end.ts';
import { type Deadline, deadline } from './deadline.ts';
import type { Isolation } from './isolation.ts';
import { partWriter } from './part-writer.ts';
import { type OutputPipes, outputPipes } from './pipes.ts';
import { type Prepared, prepare } from './prepare.ts';
import { makeDirectory, removeDirectory } from './work-directory.ts';

export interface Runner {
  ledger: Ledger;
  secrets: Secrets;
  clock: Clock;
  log: Log;
  /** Names this process, so that others can tell whether it is still there. */
  launchId: string;
  /** Aborts when somebody wants the command to end: a user, or the container's stop. */
  kill: AbortSignal;
  machine: Machine;
}

/** Where a child lives. */
export interface Machine {
  /** Holds the directories of executions. */
  scratch: string;
  isolation: () => Isolation;
  /** The runner's own environment, of which a child gets next to nothing. */
  environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs the execution once, ever: only the runner that creates the record `started` goes on. From there on a
 * result is stored, whatever happens, and it is the last thing that is.
 */
export async function run(runner: Runner, id: ExecutionId): Promise<void> {
  const { ledger, clock, log } = runner;
  const spec = await ledger.read(id, 'spec');
  if (!spec) return;
  const startedAt = clock.now();
  if (startedAt >= spec.startBefore) return refuse(runner, id, spec);
  if (!(await ledger.create(id, 'started', { by: 'runner', launchId: runner.launchId, startedAt }))) return;
  log.info('execution.started', { taskId: spec.taskId });

  let result: Result = {
    ...neverStarted('lost', 'The runner ended before the command did.', startedAt),
    startedAt,
  };
  try {
    result = await execute(runner, id, spec, startedAt);
  } catch (thrown) {
    const reason = thrown instanceof AgentError ? 'rejected' : 'lost';
    result = { ...result, reason, message: explain(thrown) };
  } finally {
    await ledger.create(id, 'result', { ...result, endedAt: clock.now() });
    log.info('execution.ended', { taskId: spec.taskId, reason: result.reason, exitCode: result.exitCode });
  }
}

/** It came too late. The decision is a record as well, so that nobody else may start it either. */
async function refuse({ ledger, clock, log }: Runner, id: ExecutionId, spec: Spec): Promise<void> {
  const deadlineText = new Date(spec.startBefore).toISOString();
  const message =
    `The command was not started: it had to start before ${deadlineText}, when its start deadline or the token of ` +
    'its user ended. Run the task again.';
  const result = neverStarted('rejected', message, clock.now());
  if (!(await ledger.create(id, 'started', { by: 'nobody', result }))) return;
  await ledger.create(id, 'result', result);
  log.info('execution.ended', { taskId: spec.taskId, reason: result.reason });
}

async function execute(runner: Runner, id: ExecutionId, spec: Spec, startedAt: number): Promise<Result> {
  using limit = deadline(runner.clock, spec.runSecondsMax, runner.kill);
  const isolation = runner.machine.isolation();
  const directory = makeDirectory(runner.machine.scratch);
  try {
    // Making pipes takes a process, so the secret is fetched meanwhile.
    const fetching = secretUnlessStopped(runner, id, spec, limit);
    fetching.catch(() => {});
    using pipes = await outputPipes(directory, isolation.user);
    const secret = await fetching;
    if (secret === undefined) return stoppedBefore(runner, spec, limit, startedAt);
    const prepared = prepare(spec, secret, directory);
    return {
      ...(await runPrepared(runner, id, spec, { ...prepared, directory, isolation, pipes, limit })),
      startedAt,
    };
  } finally {
    const removed = removeDirectory(directory, isolation.user);
    if (!removed) runner.log.error('execution.ended', { taskId: spec.taskId, leftDirectory: directory });
  }
}

function stoppedBefore({ clock }: Runner, spec: Spec, limit: Deadline, startedAt: number): Result {
  const reason = limit.reason() ?? 'killed';
  return { ...neverStarted(reason, stopMessage(reason, spec.runSecondsMax), clock.now()), startedAt };
}

/** The secret, or undefined when a user or the deadline was faster than the store. */
async function secretUnlessStopped(
  { ledger, secrets }: Runner,
  id: ExecutionId,
  spec: Spec,
  limit: Deadline,
) {
  if (limit.signal.aborted) return undefined;
  const stopped = new Promise<undefined>((resolve) => {
    limit.signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const looked = Promise.all([secrets.fetch(spec.secret), ledger.read(id, 'kill')]);
  const [secret, kill] = (await Promise.race([looked, stopped])) ?? [];
  return kill || limit.signal.aborted ? undefined : secret;
}

interface Place extends Prepared {
  directory: string;
  isolation: Isolation;
  pipes: OutputPipes;
  limit: Deadline;
}

async function runPrepared(runner: Runner, id: ExecutionId, spec: Spec, place: Place) {
  const { command, filters, mask, directory, isolation, pipes, limit } = place;
  try {
    const output = capture(partWriter(runner, id), filters, spec.outputBytesMax);
    const environment = baseEnvironment(runner.machine.environment, directory);
    const child = { command, directory, isolation, pipes, environment };
    const exit = await runChild({ clock: runner.clock, capture: output, stop: limit.signal }, child);
    const end = childEnd(exit, limit.reason(), spec.runSecondsMax);
    const kept = await output.end();
    const message = [end.message, lostOutput(kept.failure), leftBehind(exit.abandoned)].flatMap(
      (part) => part ?? [],
    );
    return {
      ...end,
      message: mask(message.join(' ')) || null,
      endedAt: runner.clock.now(),
      output: kept.output,
    };
  } catch (thrown) {
    const code = thrown instanceof AgentError ? thrown.code : 'command-invalid';
    throw new AgentError(code, mask(explain(thrown)), { cause: thrown });
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
