import { createHash } from 'node:crypto';
import { logsUrlOf, type TaskAnswer } from './answers.ts';
import type { Api } from './api.ts';
import { RefusedError } from './errors.ts';
import type { Screen } from './screen.ts';
import type { ShownProgress } from './shown-progress.ts';
import { taskPath } from './task-address.ts';

/** Writes the log of a task that has ended, without what was shown of it already. */
export async function writeTaskLog(
  task: TaskAnswer,
  api: Api,
  screen: Screen,
  shown: ShownProgress,
): Promise<void> {
  const source = await logOf(task, api);
  if (!(await writeRemainder(source(), screen, shown))) {
    screen.say('The log is not what was shown while the task ran. Here it is whole:', 'note');
    for await (const part of source()) if (!(await screen.write(part))) break;
  }
  await screen.endLine();
}

type Log = () => AsyncIterable<Uint8Array>;

/** Where the log is: the text in the task, as far as it is one, else behind an address. Can be read twice. */
async function logOf(task: TaskAnswer, api: Api): Promise<Log> {
  const { id, task_logs: text } = task;
  if (text === EMPTY) return () => parts();
  if (text !== null && !isElsewhere(text)) return () => parts(Buffer.from(text));
  try {
    const { logs_url: url } = logsUrlOf(await api.get(`${taskPath(id)}/logs`));
    return () => api.download(url);
  } catch (error) {
    // A task that never ran has no log.
    if (task.status === 'rejected' && error instanceof RefusedError) return () => parts();
    throw error;
  }
}

/** What servers put in the place of a log. */
const EMPTY = 'Task returned empty logs';

function isElsewhere(text: string): boolean {
  return /^https?:\/\/\S+$/.test(text) || text.startsWith('Your task is running.');
}

async function* parts(...bytes: Uint8Array[]) {
  yield* bytes;
}

/** Writes what comes after the bytes that were shown; false, without a word, when the log begins with others. */
async function writeRemainder(
  log: AsyncIterable<Uint8Array>,
  screen: Screen,
  shown: ShownProgress,
): Promise<boolean> {
  const hash = createHash('sha256');
  let ahead = shown.bytes();
  for await (const part of log) {
    const known = part.subarray(0, ahead);
    const rest = part.subarray(known.length);
    hash.update(known);
    ahead -= known.length;
    if (ahead > 0) continue;
    if (known.length > 0 && !shown.isHash(hash.copy().digest('hex'))) return false;
    if (!(await screen.write(rest))) return true;
  }
  return ahead === 0;
}
