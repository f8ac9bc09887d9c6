import { dispatch } from '../../functions/dispatcher/dispatch.ts';
import { kill } from '../../functions/dispatcher/kill.ts';
import { poll } from '../../functions/poller/poll.ts';
import { report } from '../../functions/reporter/report.ts';
import { settleContainer, settleUnstarted } from '../../functions/reporter/settle-usage.ts';
import { examine, sweep } from '../../functions/reporter/sweep.ts';
import { portsOf, type World } from './deployment.ts';
import type { Ecs } from './ecs.ts';
import { publish } from './event-bus.ts';
import { type FifoQueue, fifoQueue } from './fifo-queue.ts';
import { countFault, notePeak } from './history.ts';
import { type Process, processOf, trace } from './process.ts';

export const dispatcherSeconds = 120;
const second = 1000;

const description = {
  version: '0',
  hostname: 'simulated',
  jwkVerify: true,
  capabilities: [],
  instance: 'simulated',
};

export interface Functions {
  queues: FifoQueue[];
  /** Fires the schedules until `isOver`. */
  start(isOver: () => boolean): void;
  sweepOnce(): void;
}

/** The Lambdas with what makes them run: schedules, queues and events. */
export function functions(world: World, cluster: Ecs, dispatchers = 5): Functions {
  const { scheduler, random, history, mix } = world;

  const portsWith = (process: Process) => ({
    ...portsOf(world, process),
    launcher: cluster.launcher(process),
    dispatches: dispatches.sender(process),
    kills: kills.sender(process),
    reports: reports.sender(process),
    leaseSeconds: dispatcherSeconds,
  });
  const looks = fifoQueue(world, 'look', {
    concurrency: 5,
    timeoutMilliseconds: 60 * second,
    visibilityMilliseconds: 90 * second,
    receivesMax: 5,
    handle: (process, id) => examine(portsWith(process), id),
    buried: () => {},
  });
  const dispatches = fifoQueue(world, 'dispatch', {
    concurrency: dispatchers,
    timeoutMilliseconds: dispatcherSeconds * second,
    visibilityMilliseconds: 150 * second,
    receivesMax: 5,
    handle: (process, id) => dispatch(portsWith(process), id),
    buried: (id) => looks.deliver(id),
  });
  const reports = fifoQueue(world, 'report', {
    concurrency: dispatchers,
    timeoutMilliseconds: 900 * second,
    visibilityMilliseconds: 930 * second,
    receivesMax: 5,
    handle: async (process, id) => {
      const ports = portsWith(process);
      await ports.controlPlane.register(description);
      await report(ports, id);
      if (ports.usage) await settleUnstarted({ ledger: ports.ledger, usage: ports.usage }, id);
    },
    buried: (id) => looks.deliver(id),
  });
  const kills = fifoQueue(world, 'kill', {
    concurrency: 5,
    timeoutMilliseconds: 60 * second,
    visibilityMilliseconds: 90 * second,
    receivesMax: 5,
    handle: (process, id) => kill(portsWith(process), id),
    buried: (id) => looks.deliver(id),
  });
  cluster.onStopped((id, container) => {
    looks.deliver(id);
    invoke('settle', 60, async (process) => {
      const { ledger, usage } = portsWith(process);
      if (usage) await settleContainer({ ledger, usage }, id, container);
    });
  });
  world.store.onCreated((key) => {
    const [folder, id = '', name] = key.split('/');
    if (folder === 'executions' && name === 'result') publish(world, 'result', () => reports.deliver(id));
  });

  let invocations = 0;
  function invoke(name: string, timeoutSeconds: number, work: (process: Process) => Promise<unknown>) {
    const process = processOf(world, `${name}#${++invocations}`, { crash: mix.crash });
    const end = (how: string) => {
      if (process.isAlive() && how !== 'ended') trace(world, process.name, () => how);
      process.end();
    };
    work(process).then(
      () => end('ended'),
      () => end('failed'),
    );
    scheduler.after(timeoutSeconds * second, () => end('timed out'));
  }

  /** Later on there is less to see, and steps cost time. */
  const pollsPerInvocation = () => (scheduler.now() < 300 * second ? 2 : 1);

  async function pollForAMinute(process: Process) {
    const ports = portsWith(process);
    for (let turn = 0; turn < pollsPerInvocation(); turn++) {
      await poll(ports).catch(() => {});
      notePeak(history, 'ids in a poller', ports.seen.size);
      await process.clock.sleep(20 * second);
    }
  }

  function every(milliseconds: number, isOver: () => boolean, action: () => void) {
    const beat = () => {
      if (isOver()) return;
      action();
      scheduler.after(milliseconds, beat);
    };
    scheduler.after(random.between(0, Math.min(milliseconds, 60 * second)), beat);
  }

  const sweepOnce = () => invoke('sweep', 300, (process) => sweep(portsWith(process)));
  return {
    queues: [looks, dispatches, reports, kills],
    sweepOnce,
    start(isOver) {
      if (mix.pollers === 2) countFault(history, 'two pollers');
      const minute = Math.max(60 * second, mix.sweepMilliseconds / 2);
      for (let poller = 0; poller < mix.pollers; poller++) {
        every(minute, isOver, () => invoke('poll', 55, pollForAMinute));
      }
      every(mix.sweepMilliseconds, isOver, sweepOnce);
    },
  };
}
