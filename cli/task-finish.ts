import { type TaskAnswer, taskOf } from './answers.ts';
import type { Call, ExitCode, Shell } from './command.ts';
import { printJson } from './print-json.ts';
import { shownProgress } from './shown-progress.ts';
import { followTask } from './task-follow.ts';
import { writeTaskLog } from './task-log.ts';
import { goesOn, stateOf } from './task-state.ts';
import { tellVerdict } from './task-verdict.ts';

/**
 * Stays with a task to its end: shows its progress on a terminal, then writes its log, and says what became of it.
 * `answer` is what the server said of it last, as it was written.
 */
export async function finishTask(answer: unknown, call: Call, shell: Shell): Promise<ExitCode> {
  const { screen } = shell;
  const api = await shell.api();
  const asJson = call.switches.has('json');
  const shown = shownProgress(screen, screen.outputIsTerminal && !asJson);
  const { id, status } = taskOf(answer);
  const last =
    stateOf(status) === 'running'
      ? await interruptibly(id, shell, followTask(id, api, screen, shown))
      : answer;
  const task = taskOf(last);
  if (asJson) await printJson(shell, last);
  else if (stateOf(task.status) === 'ended') await writeTaskLog(task, api, screen, shown);
  return tellVerdict(task, screen);
}

async function interruptibly<T>(id: TaskAnswer['id'], shell: Shell, wait: Promise<T>): Promise<T> {
  const forget = shell.onInterrupt(() => shell.screen.say(goesOn(id)));
  return await wait.finally(forget);
}
