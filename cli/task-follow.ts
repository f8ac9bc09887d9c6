import { setTimeout as sleep } from 'node:timers/promises';
import { progressOf, type TaskAnswer, taskOf } from './answers.ts';
import type { Api } from './api.ts';
import { RefusedError, UnreachableError } from './errors.ts';
import type { Screen } from './screen.ts';
import type { ShownProgress } from './shown-progress.ts';
import { taskPath } from './task-address.ts';
import { goesOn, stateOf } from './task-state.ts';

const PAUSE_MILLISECONDS_MIN = 50;
const PAUSE_MILLISECONDS_MAX = 1000;
const PAUSE_GROWTH = 1.3;
/** So many polls in a row may fail: a server that restarts is no reason to leave a task. */
const FAILURES_MAX = 20;

/** Waits until a task no longer runs, shows its output while it does, and returns the server's last word on it. */
export async function followTask(
  id: TaskAnswer['id'],
  api: Api,
  screen: Screen,
  shown: ShownProgress,
): Promise<unknown> {
  const poll = pollOf(id, api, screen, shown);
  let pause = PAUSE_MILLISECONDS_MIN;
  let failures = 0;
  screen.spin(`Task ${id} is running`);
  for (;;) {
    try {
      const { over, news } = await poll();
      if (over) return await api.get(taskPath(id));
      failures = 0;
      pause = news ? PAUSE_MILLISECONDS_MIN : Math.min(pause * PAUSE_GROWTH, PAUSE_MILLISECONDS_MAX);
    } catch (error) {
      failures += 1;
      if (!isPassing(error)) throw error;
      if (failures === FAILURES_MAX) throw new UnreachableError(`${error.message}\n${goesOn(id)}`, false);
      pause = PAUSE_MILLISECONDS_MAX;
    }
    await sleep(pause);
  }
}

/**
 * Asks for the progress where somebody looks, or where the task has not begun and its agent may say why, and the server
 * has it; else only for the status.
 */
function pollOf(id: TaskAnswer['id'], api: Api, screen: Screen, shown: ShownProgress) {
  let hasProgress = true;
  let after: number | undefined;
  const progress = async () => {
    const query = { after: after === undefined ? undefined : String(after) };
    const answer = await api.get(`${taskPath(id)}/progress`, query).catch((error: unknown) => {
      if (error instanceof RefusedError && error.status === 404) return undefined;
      throw error;
    });
    hasProgress = answer !== undefined;
    if (answer === undefined) return undefined;
    const { chunks, status } = progressOf(answer);
    const fresh = chunks.filter(({ sequence }) => after === undefined || sequence > after);
    for (const { sequence, text } of fresh) {
      // Why it waits is not a part of its output.
      if (status === 'ready') screen.say(text.trimEnd());
      else if (shown.wanted) await shown.show(text);
      after = sequence;
    }
    return { over: stateOf(status) !== 'running', news: fresh.length > 0 };
  };
  return async () => {
    const known = shown.wanted && hasProgress ? await progress() : undefined;
    if (known) return known;
    const { status } = taskOf(await api.get(taskPath(id)));
    if (status === 'ready' && hasProgress) await progress();
    return { over: stateOf(status) !== 'running', news: false };
  };
}

function isPassing(error: unknown): error is UnreachableError | RefusedError {
  if (error instanceof UnreachableError) return true;
  return error instanceof RefusedError && (error.status >= 500 || error.status === 429);
}
