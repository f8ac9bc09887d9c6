import { spawnSync } from 'node:child_process';
import type { ResourceRequest } from '../../adapters/aws/custom-resource.ts';
import { AgentError } from '../../core/errors.ts';
import type { LaunchRequest, Result } from '../../core/execution.ts';
import { jsonLog } from '../../core/log.ts';
import { encodeFrame, type OutputFrame } from '../../core/output.ts';
import type { Clock, Launcher } from '../../core/ports.ts';
import { selfTestControlPlane } from '../../core/self-test-control-plane.ts';
import { dispatch } from '../../functions/dispatcher/dispatch.ts';
import { poll } from '../../functions/poller/poll.ts';
import { report } from '../../functions/reporter/report.ts';
import { sweep } from '../../functions/reporter/sweep.ts';
import { testDeployment } from '../../functions/self-test/test-deployment.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { memoryAgent, stderr, stdout } from './memory-agent.ts';

export const planted = '4111111111111111';

/** What a container does that was launched: undefined when nothing comes of it. */
export type PlayedRunner = (script: string) => { frames: OutputFrame[]; result: Partial<Result> } | undefined;

/** Runs the script, as the container would. */
export const realBash: PlayedRunner = (script) => {
  const ran = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  return { frames: [stderr(ran.stderr), stdout(ran.stdout)], result: { exitCode: ran.status } };
};

/**
 * An agent in memory whose functions work while the self-test sleeps: each message at once, the sweep each minute. A
 * message whose function fails is lost, so that only the sweep brings its execution on.
 */
export function workingAgent() {
  const clock = fakeClock({ skip: Number.POSITIVE_INFINITY });
  const lines: string[] = [];
  const memory = {
    ...memoryAgent(),
    clock,
    log: jsonLog((line) => lines.push(line), clock.now),
    runner: realBash,
    /** Which functions are deployed and work. */
    works: { dispatcher: true, reporter: true },
    isRollingBack: async (_stack: string): Promise<boolean> => false,
    erased: [] as string[],
    erase: async (id: string): Promise<void> => void memory.erased.push(id),
  };
  const launcher: Launcher & { requests: LaunchRequest[] } = memory.launcher;
  const scripts: string[] = [];
  const played = new Set<LaunchRequest>();
  let sweptAt = clock.now();

  async function play(request: LaunchRequest) {
    const { ledger } = memory;
    const spec = await ledger.read(request.executionId, 'spec');
    if (!spec) return;
    const done = memory.runner(spec.script);
    if (!done) return;
    scripts.push(spec.script);
    const id = request.executionId;
    const [startedAt, parts] = [clock.now(), done.frames.length > 0 ? 1 : 0];
    if (!(await ledger.create(id, 'started', { by: 'runner', launchId: 'launch-1', startedAt }))) return;
    const frames = done.frames.map(encodeFrame);
    if (parts > 0) await ledger.writeOutput(id, 1, Buffer.concat(frames));
    const bytes = done.frames.reduce((sum, frame) => sum + frame.bytes.length, 0);
    const output = { parts, bytes, cutBytes: 0 };
    const end = { reason: 'exited', exitCode: 0, message: null, startedAt, endedAt: clock.now() } as const;
    await ledger.create(id, 'result', { ...end, output, ...done.result });
    memory.reports.sent.push(id);
  }

  async function work() {
    const deps = { ...memory, controlPlane: selfTestControlPlane(memory.controlPlane) };
    const { dispatches, reports, works } = memory;
    if (works.dispatcher) {
      for (const id of dispatches.sent.splice(0)) await dispatch(deps, id).catch(() => {});
    }
    for (const request of launcher.requests.filter((one) => !played.has(one))) {
      played.add(request);
      await play(request);
    }
    if (!works.reporter) return;
    for (const id of reports.sent.splice(0)) await report(deps, id).catch(() => {});
    if (clock.now() < sweptAt + 60_000) return;
    sweptAt = clock.now();
    await sweep(deps);
  }

  const waiting: Clock = {
    now: clock.now,
    async sleep(milliseconds, signal) {
      await clock.sleep(milliseconds, signal);
      await work();
    },
  };
  const readLog = async (id: string) => {
    const log = memory.logStore.logs.get(id);
    if (log === undefined) throw new Error(`There is no log of ${id}.`);
    return log;
  };
  return {
    ...{ memory, lines, scripts, work },
    poll: () => poll(memory),
    test: (request: Partial<ResourceRequest> = {}) =>
      testDeployment(
        { ...memory, clock: waiting, readLog, inspect: (launchId) => memory.launcher.inspect(launchId) },
        { RequestType: 'Create', RequestId: 'one', StackId: 'arn:stack', ...request },
      ),
  };
}

export function denied(): AgentError {
  return new AgentError('ledger-failed', 'The ledger cannot be used: s3:PutObject was denied.', {
    retryable: true,
  });
}
