import type { LaunchRequest } from '../../core/execution.ts';
import type { Launcher } from '../../core/ports.ts';
import type { StoppedTask } from '../../core/stop-causes.ts';
import type { StoppedContainer } from '../../functions/reporter/container-cost.ts';
import { Conflict, ecsLauncher, launchFailed, Throttled } from './ecs-launcher.ts';
import { publish } from './event-bus.ts';
import { countFault } from './history.ts';
import { epoch, isFaulty, type Process, trace, type Universe } from './process.ts';
import { vcpus } from './workload.ts';

/** What is in a container: begins when the container runs, and calls `ended` when it leaves by itself. */
export type Container = (
  task: EcsTask,
  ended: (exitCode: number) => void,
) => { terminate(): void; kill(): void };

export interface EcsTask {
  arn: string;
  executionId: string;
  lastStatus: 'PROVISIONING' | 'RUNNING' | 'STOPPED';
  stopped: StoppedTask | null;
}

export interface Ecs {
  launcher(process: Process): Launcher;
  /** Calls back on every STOPPED event that the event bus delivers. */
  onStopped(listener: (executionId: string, container: StoppedContainer) => void): void;
  running(): EcsTask[];
}

interface Entry extends EcsTask {
  parameters: string;
  begunAt: number;
  stoppedAt: number;
  container: ReturnType<Container> | null;
}

/** Of Fargate, for one account and region. */
export const launchQuota = { burst: 100, perSecond: 20 } as const;

const stopGraceMilliseconds = 30_000;
const visibleMilliseconds = 3_600_000;

/** RunTask with its client tokens, its failures and its limits; StopTask, DescribeTasks and the events. */
export function ecs(universe: Universe, container: Container): Ecs {
  const { scheduler, random, history, mix } = universe;
  const tasks = new Map<string, Entry>();
  const byToken = new Map<string, Entry[]>();
  let bucket: number = launchQuota.burst;
  let refilledAt = 0;
  const listeners: ((id: string, container: StoppedContainer) => void)[] = [];

  function runTask(request: LaunchRequest, token: string): Entry {
    const revision = scheduler.now() >= mix.deployAt ? 2 : 1;
    const parameters = JSON.stringify({ ...request, revision });
    const known = mix.launches.ignoresToken ? undefined : byToken.get(token)?.find(isBound);
    if (known && known.parameters !== parameters) {
      countFault(history, 'RunTask: conflict of clientToken');
      throw new Conflict(known);
    }
    if (known) return known;
    if (mix.launches.ignoresToken && byToken.has(token)) {
      countFault(history, 'clientToken ignored');
    }
    if (!takeFromQuota()) throw new Throttled();
    if (isFaulty(universe)) refuseSometimes();
    const task: Entry = {
      arn: `task/${tasks.size + 1}`,
      executionId: request.executionId,
      lastStatus: 'PROVISIONING',
      stopped: null,
      parameters,
      begunAt: 0,
      stoppedAt: 0,
      container: null,
    };
    history.left.push({ where: 'launch', text: parameters });
    tasks.set(task.arn, task);
    history.launches.push(scheduler.now());
    byToken.set(token, [...(byToken.get(token) ?? []), task]);
    const isSlow = isFaulty(universe) && random.chance(0.05);
    scheduler.after(isSlow ? random.between(60_000, 1_500_000) : random.between(8_000, 40_000), () =>
      begin(task),
    );
    return task;
  }

  /** https://docs.aws.amazon.com/AmazonECS/latest/userguide/throttling.html */
  function takeFromQuota(): boolean {
    const seconds = (scheduler.now() - refilledAt) / 1000;
    bucket = Math.min(launchQuota.burst, bucket + seconds * launchQuota.perSecond);
    refilledAt = scheduler.now();
    if (bucket < 1) return false;
    bucket--;
    return true;
  }

  function isBound(task: Entry) {
    const isForgotten = task.stoppedAt > 0 && scheduler.now() > task.stoppedAt + visibleMilliseconds;
    return !isForgotten;
  }

  function refuseSometimes() {
    if (random.chance(mix.launches.failures)) {
      countFault(history, 'RunTask: failures[]');
      throw launchFailed('Fargate has no capacity at this time.');
    }
    if (random.chance(mix.launches.throttled)) {
      countFault(history, 'RunTask: throttled');
      throw new Throttled();
    }
  }

  function begin(task: Entry) {
    if (task.lastStatus === 'STOPPED') return;
    task.begunAt = scheduler.now();
    if (isFaulty(universe) && random.chance(mix.launches.broken)) {
      countFault(history, 'container could not start');
      return stopTask(task, random.pick(brokenStarts));
    }
    task.lastStatus = 'RUNNING';
    trace(universe, 'ecs', () => `${task.arn} RUNNING (${task.executionId})`);
    task.container = container(task, (exitCode) =>
      stopTask(task, { stopCode: 'EssentialContainerExited', exitCode }),
    );
    if (isFaulty(universe) && random.chance(mix.events.early)) {
      countFault(history, 'STOPPED event early');
      announce(task);
    }
    const { container: living } = task;
    if (!isFaulty(universe) || !random.chance(mix.runnerKill)) return;
    scheduler.after(random.between(0, random.pick([500, 5_000, 120_000])), () => {
      if (task.lastStatus === 'STOPPED') return;
      countFault(history, 'runner killed: STOPPED without result');
      living.kill();
      stopTask(task, random.pick(deaths));
    });
  }

  function stopTask(task: Entry, stopped: StoppedTask) {
    if (task.lastStatus === 'STOPPED') return;
    Object.assign(task, { lastStatus: 'STOPPED', stopped, stoppedAt: scheduler.now() });
    trace(universe, 'ecs', () => `${task.arn} STOPPED ${JSON.stringify(stopped)}`);
    announce(task);
  }

  function announce(task: Entry) {
    const container = asEvent(task);
    publish(universe, 'STOPPED', () => {
      for (const listener of listeners) listener(task.executionId, container);
    });
  }

  function stop(arn: string) {
    const task = tasks.get(arn);
    if (!task || task.lastStatus === 'STOPPED') return;
    if (!task.container) return stopTask(task, { stopCode: 'UserInitiated' });
    task.container.terminate();
    scheduler.after(stopGraceMilliseconds, () => {
      task.container?.kill();
      stopTask(task, { stopCode: 'UserInitiated', exitCode: 137 });
    });
  }

  function describe(arn: string): StoppedTask | null {
    const task = tasks.get(arn);
    if (!task || (task.stopped && scheduler.now() > task.stoppedAt + visibleMilliseconds)) {
      return { stoppedReason: 'MISSING' };
    }
    return task.stopped;
  }

  return {
    onStopped: (listener) => listeners.push(listener),
    running: () => [...tasks.values()].filter(({ lastStatus }) => lastStatus !== 'STOPPED'),
    launcher: (process) => ecsLauncher(process, { runTask, stop, describe }),
  };
}

const brokenStarts: readonly [StoppedTask, ...StoppedTask[]] = [
  {
    stopCode: 'TaskFailedToStart',
    stoppedReason: 'CannotPullContainerError: canary.stop@example.com not found',
  },
  {
    stopCode: 'TaskFailedToStart',
    stoppedReason: 'Timeout waiting for network interface provisioning to complete.',
  },
  { stopCode: 'TaskFailedToStart', stoppedReason: 'Capacity is unavailable at this time.' },
];

const deaths: readonly [StoppedTask, ...StoppedTask[]] = [
  { stopCode: 'EssentialContainerExited', containerReason: 'OutOfMemoryError: killed', exitCode: 137 },
  { stopCode: 'SpotInterruption', stoppedReason: 'Your Spot Task was interrupted.' },
  { stopCode: 'InfrastructureHealth' },
  { stopCode: 'EssentialContainerExited', exitCode: 0 },
];

/** What the event tells of the container's times. One that was never begun was never pulled. */
function asEvent({ arn, begunAt, stoppedAt }: Entry): StoppedContainer {
  const time = (at: number) => (at > 0 ? new Date(epoch + at).toISOString() : undefined);
  return {
    taskArn: arn,
    cpu: String(vcpus * 1024),
    pullStartedAt: time(begunAt),
    stoppedAt: time(stoppedAt),
  };
}
