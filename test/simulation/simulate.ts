import { limits } from '../../core/limits.ts';
import { checkAll, type Violation } from './checkers/check-all.ts';
import { watchLimit } from './checkers/within-limit.ts';
import type { World } from './deployment.ts';
import { ecs } from './ecs.ts';
import { functions } from './functions.ts';
import { countFault, type History, history } from './history.ts';
import { drawMix, type Mix } from './mix.ts';
import { objectStore } from './object-store.ts';
import type { Universe } from './process.ts';
import { randomOf } from './random.ts';
import { runnerContainer } from './runner-process.ts';
import { runopsServer } from './runops-server.ts';
import { isKept } from './s3-ledger.ts';
import { scheduler } from './scheduler.ts';
import { drawTask, longest } from './workload.ts';

export interface Outcome {
  seed: number;
  mix: Mix;
  history: History;
  steps: number;
  /** How long after the last fault it took until everything had ended. */
  settledMilliseconds: number;
  violations: Violation[];
}

const minute = 60_000;
const day = 24 * 60 * minute;

/** The longest that it may take from the last fault to the end of everything; `docs/reliability.md` adds it up. */
export const settleMilliseconds = (longest.startSeconds + longest.runSeconds) * 1000 + 45 * minute;

/** One run: a world with its own mix of faults, from the first task until nothing is left to do. */
export async function simulate(seed: number, options: { trace?: boolean } = {}): Promise<Outcome> {
  const random = randomOf(seed);
  const mix = drawMix(random);
  const universe: Universe = {
    random,
    mix,
    scheduler: scheduler(),
    history: history(options.trace ?? false),
  };
  const store = objectStore(universe);
  const world: World = { ...universe, store, server: runopsServer(universe), logs: new Map(), trail: [] };
  watchLimit(world);
  const cluster = ecs(universe, runnerContainer(universe, store));
  const lambdas = functions(world, cluster);

  for (let id = 1; id <= mix.tasks; id++) {
    const readyAt = random.between(0, 5 * minute);
    world.server.add(drawTask(random, id, readyAt), readyAt);
  }
  const isSettled = watch(world, () => hasEnded(world) && lambdas.queues.every((queue) => queue.isEmpty()));
  if (mix.deployAt < mix.quietAt) countFault(universe.history, 'a new version in the middle');
  lambdas.start(isSettled);
  // A refused result is posted for a day before it is given up.
  const refusal = mix.api.refusesResults > 0 ? limits.refusedReportSeconds * 1000 : 0;
  // What the limit holds starts on the next day, by clocks that differ.
  const newDay = mix.dailyLimit ? 35 * minute : 0;
  const end = Math.max(mix.quietAt, newDay) + settleMilliseconds + mix.sweepMilliseconds * 3 + refusal;
  await world.scheduler.run(end, isSettled);
  const settledMilliseconds = Math.max(0, world.scheduler.now() - Math.max(mix.quietAt, newDay));
  const settled = isSettled();
  if (settled) await awaken(world, lambdas);

  const violations = checkAll({ world, settled, mix });
  return {
    seed,
    mix,
    history: universe.history,
    steps: world.scheduler.steps(),
    settledMilliseconds,
    violations,
  };
}

function hasEnded({ server, store, history }: World): boolean {
  const hasResult = ({ id, status, result }: (typeof server.tasks)[number]) =>
    result !== null ||
    history.deleted.has(String(id)) ||
    (status === 'running' && !history.locks.has(String(id)));
  // A withheld output stays for a day after its result; `awaken` sees it go.
  const isWithheld = (id: string) => {
    const report = store.get(`executions/${id}/report`);
    return (
      store.get(`executions/${id}/reported`) !== undefined && String(report).includes('"reason":"withheld"')
    );
  };
  const open = store.list('open/').map((key) => key.slice('open/'.length));
  return server.tasks.every(hasResult) && open.every(isWithheld);
}

/** Looks now and then whether all has ended, and believes it when it stays so for a while. */
function watch({ scheduler }: World, hasEnded: () => boolean): () => boolean {
  const looks = 8;
  let times = 0;
  const look = () => {
    times = hasEnded() ? times + 1 : 0;
    if (times < looks) scheduler.after(15_000, look);
  };
  scheduler.after(15_000, look);
  return () => times >= looks;
}

/** Days later messages come back. Nothing may start again, and what they leave must go again. */
async function awaken(world: World, lambdas: ReturnType<typeof functions>) {
  const until = (milliseconds: number) =>
    world.scheduler.run(world.scheduler.now() + milliseconds, () => false);
  await until(30 * minute);
  lambdas.sweepOnce();
  await until(3 * day);
  world.store.expire(isKept);
  for (const queue of lambdas.queues) {
    for (let back = queue.redeliver(); back > 0; back--) countFault(world.history, 'message days late');
  }
  await until(10 * minute);
  for (let turn = 0; turn < 3; turn++) {
    lambdas.sweepOnce();
    await until(10 * minute);
  }
  await until(2 * day);
  world.store.expire(isKept);
}
