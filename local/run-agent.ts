import type { LocalLauncher } from '../adapters/local/launcher.ts';
import { type LocalQueue, localQueue } from '../adapters/local/queue.ts';
import type { AgentDescription, ControlPlane } from '../core/control-plane.ts';
import { AgentError, messageOf } from '../core/errors.ts';
import type { ExecutionId } from '../core/execution.ts';
import type { Log } from '../core/log.ts';
import type { Clock, Ledger, LogStore } from '../core/ports.ts';
import type { Redactor } from '../core/redaction/redactor.ts';
import type { Guard } from '../core/specify.ts';
import { dispatch } from '../functions/dispatcher/dispatch.ts';
import { kill } from '../functions/dispatcher/kill.ts';
import { poll } from '../functions/poller/poll.ts';
import { progress } from '../functions/reporter/progress.ts';
import { report } from '../functions/reporter/report.ts';
import { examine, sweep } from '../functions/reporter/sweep.ts';

const pollMilliseconds = 1000;
const pollPauseMillisecondsMax = 30_000;
const sweepMilliseconds = 10_000;
const reportsAtOnce = 4;

export interface AgentParts extends Guard {
  ledger: Ledger;
  controlPlane: ControlPlane;
  launcher: LocalLauncher;
  logStore: LogStore;
  redactor: Redactor;
  unredacted: Redactor;
  /** Whether output is shown while a task runs; a service that redacts would be asked for everything twice. */
  showsProgress: boolean;
  clock: Clock;
  log: Log;
  description: AgentDescription;
  runsMax: number;
  /** Undefined: as the API says, or once a second. */
  pollMilliseconds: number | undefined;
}

export interface RunningAgent {
  /** Takes no more tasks, waits for the running ones, ends those that take longer, and reports them all. */
  drain(seconds: number): Promise<void>;
}

/**
 * Runs the whole agent in this process: the same use cases as the three functions, with loops in place of
 * schedules and queues in memory in place of SQS. What an earlier process left open is picked up first.
 */
export async function runAgent(parts: AgentParts): Promise<RunningAgent> {
  const { clock, log } = parts;
  const stopping = new AbortController();
  const dispatches = localQueue({ concurrency: parts.runsMax, clock, log });
  const reports = localQueue({ concurrency: reportsAtOnce, clock, log });
  const kills = localQueue({ concurrency: reportsAtOnce, clock, log });
  const deps = { ...parts, dispatches, reports, kills, leaseSeconds: 0, seen: new Set<string>() };

  const registration = await register(parts, stopping.signal);
  await adoptRunners(parts);
  await resume(parts.ledger, dispatches);
  dispatches.consume((id) => attend(deps, id));
  reports.consume((id) => report(deps, id));
  kills.consume((id) => kill(deps, id));

  const interval = parts.pollMilliseconds ?? registration?.pollIntervalMs ?? pollMilliseconds;
  const loops = [pollForever(deps, interval, stopping.signal), sweepForever(deps, stopping.signal)];
  log.info('agent.started', { runsMax: parts.runsMax, pollMilliseconds: interval });

  return {
    async drain(seconds) {
      stopping.abort();
      await Promise.all(loops);
      const patience = new AbortController();
      const running = dispatches.drain('in-hand').finally(() => patience.abort());
      await clock.sleep(seconds * 1000, patience.signal);
      await stopAll(parts);
      await running;
      await resume(parts.ledger, reports);
      await reports.drain('waiting');
      await kills.drain('in-hand');
      log.info('agent.stopped');
    },
  };
}

async function register({ controlPlane, clock, log, description }: AgentParts, stop: AbortSignal) {
  for (let pause = pollMilliseconds; ; pause = Math.min(pause * 2, pollPauseMillisecondsMax)) {
    try {
      const registration = await controlPlane.register(description);
      log.info('agent.registered', { extensions: registration !== undefined });
      return registration;
    } catch (thrown) {
      if (!(thrown instanceof AgentError) || !thrown.retryable || stop.aborted) throw thrown;
      log.error('poll.failed', { cause: messageOf(thrown), retryMilliseconds: pause });
      await clock.sleep(pause, stop);
    }
  }
}

/** What an earlier agent launched may still run. */
async function adoptRunners({ ledger, launcher }: AgentParts) {
  for await (const id of ledger.open()) {
    const started = await ledger.read(id, 'started');
    if (started?.by === 'runner') launcher.adopt(id, started.launchId);
  }
}

async function resume(ledger: Ledger, queue: LocalQueue) {
  for await (const id of ledger.open()) await queue.send(id);
}

/** One slot's work: from the queue until the runner has ended, so that the queue's limit is the limit of runs. */
async function attend(deps: AgentParts & Parameters<typeof examine>[0], id: ExecutionId): Promise<void> {
  await dispatch({ ...deps, leaseSeconds: 0 }, id);
  const started = await deps.ledger.read(id, 'started');
  const ended = new AbortController();
  const following = deps.showsProgress ? progress(deps, id, ended.signal) : undefined;
  await deps.launcher.ended(id, started?.by === 'runner' ? started.launchId : null);
  ended.abort();
  await refuseSilentEnd(deps, id);
  await examine(deps, id);
  await following;
}

/** A runner that died before its permanent claim may be launched again, but not in a hot loop: the queue waits. */
async function refuseSilentEnd({ ledger }: AgentParts, id: ExecutionId) {
  if (!(await ledger.read(id, 'launched')) || (await ledger.read(id, 'started'))) return;
  throw new AgentError('launch-failed', 'The runner ended before it started the task.', { retryable: true });
}

async function pollForever(
  deps: AgentParts & Parameters<typeof poll>[0],
  interval: number,
  stop: AbortSignal,
) {
  let pause = interval;
  while (!stop.aborted) {
    const begun = deps.clock.now();
    try {
      await poll(deps);
      pause = Math.max(interval / 2, interval - (deps.clock.now() - begun));
    } catch (thrown) {
      pause = Math.min(Math.max(pause * 2, pollMilliseconds), pollPauseMillisecondsMax);
      deps.log.error('poll.failed', { cause: messageOf(thrown), retryMilliseconds: pause });
    }
    await deps.clock.sleep(pause, stop);
  }
}

async function sweepForever(deps: Parameters<typeof sweep>[0], stop: AbortSignal) {
  while (!stop.aborted) {
    await deps.clock.sleep(sweepMilliseconds, stop);
    if (stop.aborted) return;
    await sweep(deps).catch((thrown) => deps.log.error('message.failed', { cause: messageOf(thrown) }));
  }
}

/** Ends what still runs; each runner reports as killed what its command has printed. */
async function stopAll({ ledger, launcher }: AgentParts) {
  for await (const id of ledger.open()) {
    const started = await ledger.read(id, 'started');
    if (started?.by === 'runner' && !(await ledger.read(id, 'result'))) await launcher.stop(started.launchId);
  }
}
