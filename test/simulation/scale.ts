import type { World } from './deployment.ts';
import { ecs, launchQuota } from './ecs.ts';
import { functions } from './functions.ts';
import { history } from './history.ts';
import { drawMix } from './mix.ts';
import { objectStore } from './object-store.ts';
import type { Universe } from './process.ts';
import { randomOf } from './random.ts';
import { runnerContainer } from './runner-process.ts';
import { runopsServer } from './runops-server.ts';
import { scheduler } from './scheduler.ts';
import { type Behaviour, canaries } from './workload.ts';

const never = [0, 0] as const;

export interface ScaleOutcome {
  tasks: number;
  results: number;
  successes: number;
  /** From the first launch to the last, and to the last result. */
  launchSeconds: number;
  endSeconds: number;
  /** Launches for each that the quota would have allowed in that time. */
  quotaShare: number;
  /** The most calls that one invocation of a function had open at once. */
  callsAtOnce: Record<string, number>;
}

/** Everything ready at the same moment, nothing fails: how near to the quota do launches come? */
export async function simulateScale(tasks: number, dispatchers: number): Promise<ScaleOutcome> {
  const random = randomOf(1);
  const mix = {
    ...drawMix(random),
    tasks,
    pollers: 1,
    quietAt: 0,
    sweepMilliseconds: 60_000,
    skewMilliseconds: 0,
  };
  Object.assign(mix, { apiDown: never, redactionDown: never, keyServerDown: never, logStoreDown: never });
  Object.assign(mix.api, { rivals: 0, kills: 0, locksLost: 0 });
  mix.launches.ignoresToken = false;
  mix.queue.ignoresDeduplication = false;
  mix.queue.ignoresGroups = false;
  mix.deployAt = Number.POSITIVE_INFINITY;
  mix.dailyLimit = null;
  const universe: Universe = { random, mix, scheduler: scheduler(), history: history(false) };
  const store = objectStore(universe);
  const world: World = { ...universe, store, server: runopsServer(universe), logs: new Map(), trail: [] };
  const lambdas = functions(world, ecs(universe, runnerContainer(universe, store, quick)), dispatchers);
  for (let id = 1; id <= tasks; id++) world.server.add(task(id), 0);

  const isOver = () => universe.history.results.length >= tasks;
  lambdas.start(isOver);
  await universe.scheduler.run(7_200_000, isOver);
  return measure(world, tasks);
}

function measure({ history: { launches, results, peaks }, server }: World, tasks: number): ScaleOutcome {
  const first = launches[0] ?? 0;
  const launchSeconds = ((launches.at(-1) ?? 0) - first) / 1000;
  const allowed = launchQuota.burst + launchSeconds * launchQuota.perSecond;
  const kinds = [...peaks].filter(([name]) => name.startsWith('calls at once: '));
  return {
    tasks,
    results: results.length,
    successes: server.tasks.filter(({ status }) => status === 'success').length,
    launchSeconds,
    endSeconds: ((results.at(-1)?.at ?? 0) - first) / 1000,
    quotaShare: launches.length / allowed,
    callsAtOnce: Object.fromEntries(
      kinds.map(([name, peak]) => [name.slice('calls at once: '.length), peak]),
    ),
  };
}

function task(id: number) {
  return {
    id,
    type: 'bash',
    script: 'true',
    target: 'shell',
    user_email: 'ana@example.com',
    secret_provider: 'simulated',
    secret_path: String(id),
    token: `${canaries.token(String(id))}.${Number.MAX_SAFE_INTEGER}`,
  };
}

function quick(): Behaviour {
  return { pieces: [{ stream: 'stdout', text: 'done\n' }], milliseconds: 5_000, exitCode: 0, isDeaf: false };
}
