import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { AgentError } from '../../core/errors.ts';
import type { ExecutionId, LaunchRequest } from '../../core/execution.ts';
import type { Clock, Launcher } from '../../core/ports.ts';
import type { ChildUsers } from './child-users.ts';
import { pidOf, processId } from './process-id.ts';

const inspectMilliseconds = 200;

/** A runner has little to remember: a small nursery of the heap saves tens of megabytes when output is large. */
const runnerFlags = ['--max-semi-space-size=2', '--min-semi-space-size=2'];

export interface LocalLauncherOptions {
  /** The bundled runner. */
  runnerPath: string;
  /** What every runner needs to know: its ledger, its scratch folder, the user of its child. */
  runnerEnvironment: Readonly<Record<string, string>>;
  /** The variable with the target's secret, by the name that the target gives it; of it only that one is passed on. */
  secretVariable: (name: string) => { name: string; value: string } | undefined;
  childUsers: ChildUsers;
  clock: Clock;
}

export interface LocalLauncher extends Launcher {
  /** Tells of a runner that an earlier agent launched; before anything new is. */
  adopt(id: ExecutionId, launchId: string): void;
  /** Resolves when the execution's runners are done: those launched here, and the one with the permanent claim. */
  ended(id: ExecutionId, launchId: string | null): Promise<void>;
}

/**
 * Starts each runner as a process of its own, in a group of its own: it goes on when the agent dies, and the next
 * agent finds it again by its process id and start time.
 */
export function localLauncher(options: LocalLauncherOptions): LocalLauncher {
  const own = new Map<ExecutionId, { launchIds: string[]; done: Promise<unknown> }>();

  return {
    async launch(request) {
      const child = spawn(process.execPath, [...runnerFlags, options.runnerPath], {
        detached: true,
        stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
        env: { ...runnerEnvironment(options, request), RUNOPS_DONE_FD: '3' },
      });
      await once(child, 'spawn').catch((cause) => {
        const message = `The runner ${options.runnerPath} could not be started: ${cause.message}.`;
        throw new AgentError('launch-failed', message, { retryable: true, cause });
      });
      child.unref();
      const launchId = processId(child.pid ?? 0) ?? `${child.pid}/ended`;
      const earlier = own.get(request.executionId);
      own.set(request.executionId, {
        launchIds: [...(earlier?.launchIds ?? []), launchId],
        done: Promise.all([earlier?.done, doneOf(child)]),
      });
      return { launchId, launchedAt: options.clock.now() };
    },
    adopt: options.childUsers.adopt,
    async stop(launchId) {
      if (isAlive(launchId)) process.kill(pidOf(launchId), 'SIGTERM');
    },
    async inspect(launchId) {
      return isAlive(launchId)
        ? { running: true }
        : { running: false, cause: 'its runner ended without a result' };
    },
    async ended(id, launchId) {
      const launched = own.get(id);
      await launched?.done;
      own.delete(id);
      const isForeign = launchId !== null && !launched?.launchIds.includes(launchId);
      while (isForeign && isAlive(launchId)) await options.clock.sleep(inspectMilliseconds);
      options.childUsers.free(id);
    },
  };
}

/** When its result is stored, which it says some milliseconds before a process is gone, or else when it is gone. */
function doneOf(child: ChildProcess): Promise<unknown> {
  const said = new Promise((resolve) => child.stdio[3]?.once('data', resolve).on('error', () => {}));
  return Promise.race([said, once(child, 'exit')]);
}

function isAlive(launchId: string): boolean {
  return processId(pidOf(launchId)) === launchId;
}

function runnerEnvironment(options: LocalLauncherOptions, { executionId, secretVariable }: LaunchRequest) {
  const secret = secretVariable === null ? undefined : options.secretVariable(secretVariable);
  return {
    ...options.runnerEnvironment,
    ...(secret ? { [secret.name]: secret.value } : {}),
    ...options.childUsers.take(executionId),
    RUNOPS_EXECUTION_ID: executionId,
  };
}
