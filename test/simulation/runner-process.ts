import type { Place } from '../../containers/runner/place.ts';
import { run } from '../../containers/runner/run.ts';
import { AgentError } from '../../core/errors.ts';
import { silentLog } from '../../core/log.ts';
import type { Secrets } from '../../core/ports.ts';
import type { Container, EcsTask } from './ecs.ts';
import { countFault, type Start } from './history.ts';
import type { ObjectStore } from './object-store.ts';
import { isFaulty, type Process, processOf, type Universe } from './process.ts';
import { s3Ledger } from './s3-ledger.ts';
import { type Behaviour, behaviourOf, secretOf } from './workload.ts';

const machine = {
  scratch: '/simulated',
  environment: {},
  isolation: () => {
    throw new Error('There is no machine in a simulation.');
  },
};

/** The real runner, in a container that has no processes: its command is acted. */
export function runnerContainer(
  universe: Universe,
  store: ObjectStore,
  behave: (id: string) => Behaviour = (id) => behaviourOf(universe, id),
): Container {
  let runners = 0;
  return (task, ended) => {
    const process = processOf(universe, `runner#${++runners}(${task.executionId})`, {
      crash: universe.mix.crash / 3,
    });
    const kill = new AbortController();
    const leave = (exitCode: number) => {
      if (!process.isAlive()) return;
      process.end();
      const lingers = isFaulty(universe) && universe.random.chance(universe.mix.lingering);
      if (lingers) countFault(universe.history, 'result without STOPPED');
      universe.scheduler.after(lingers ? universe.random.between(0, 900_000) : 100, () => ended(exitCode));
    };
    run(
      {
        ledger: s3Ledger(universe, store, process),
        secrets: secretStore(process),
        clock: process.clock,
        log: silentLog,
        launchId: task.arn,
        kill: kill.signal,
        machine,
        openPlace: () => actedPlace(universe, process, task, behave(task.executionId)),
      },
      task.executionId,
    ).then(
      () => leave(0),
      () => leave(1),
    );
    return {
      terminate: () => kill.abort(),
      kill: () => process.crash(),
    };
  };
}

function secretStore(process: Process): Secrets {
  const refused = () => new AgentError('secrets-invalid', 'The secret store gave no answer.');
  return {
    fetch: ({ path }) => process.call(`secrets.fetch ${path}`, () => secretOf(path), refused),
  };
}

/** Acts the command of the task: prints, takes its time, ends; or goes on when it is asked to stop. */
function actedPlace(universe: Universe, process: Process, task: EcsTask, behaviour: Behaviour): Place {
  const { history, scheduler } = universe;
  return {
    directory: '/simulated/execution',
    async run(_command, { clock, capture, stop }) {
      const { executionId: id } = task;
      const start: Start = { id, at: scheduler.now(), runner: process.name, printed: [], exitCode: null };
      history.starts.push(start);
      const { pieces, milliseconds, exitCode, isDeaf } = behaviour;
      for (const { stream, text } of pieces) {
        await clock.sleep(milliseconds / pieces.length, isDeaf ? undefined : stop);
        start.printed.push(text);
        await capture.push(stream, Buffer.from(text));
        if (stop.aborted && !isDeaf) break;
      }
      if (stop.aborted) {
        countFault(history, 'command told to stop');
        return { exitCode: null, signal: null, stopped: true, abandoned: false };
      }
      start.exitCode = exitCode;
      return { exitCode, signal: null, stopped: false, abandoned: false };
    },
    close: async () => true,
  };
}
