import type { TaskAnswer } from './answers.ts';
import { type ExitCode, exitCodes } from './command.ts';
import type { Screen } from './screen.ts';
import { goesOn, stateOf } from './task-state.ts';

/** Says what became of a task, and what to do next, in a line or two on standard error. */
export function tellVerdict(task: TaskAnswer, screen: Screen): ExitCode {
  const { id, status } = task;
  if (status === 'success') {
    screen.say(`Task ${id} succeeded${inBrackets(task)}.`, 'note');
    return exitCodes.done;
  }
  if (status === 'failure') {
    screen.say(`Task ${id} failed${inBrackets(task)}.`, 'failure');
    return exitCodes.failed;
  }
  if (status === 'rejected') {
    screen.say(`Task ${id} was rejected in its review. It did not run.`, 'failure');
    return exitCodes.failed;
  }
  if (stateOf(status) === 'running') {
    screen.say(goesOn(id));
    return exitCodes.done;
  }
  screen.say(status === 'approved' ? approved(task) : waitsForReview(task));
  return exitCodes.waitsForReview;
}

function approved({ id }: TaskAnswer): string {
  return `Task ${id} is approved. It has not run. Run it: runops tasks run ${id}`;
}

function waitsForReview(task: TaskAnswer): string {
  const groups = pendingGroups(task);
  const of = groups.length === 0 ? '' : ` of ${groups.join(', ')}`;
  const { id } = task;
  return (
    `Task ${id} waits for the review${of}. It has not run.\n` +
    `Approve it: runops tasks approve ${id}\nThen run it: runops tasks run ${id}`
  );
}

/** The groups whose review a task still waits for. */
export function pendingGroups(task: TaskAnswer): string[] {
  return task.reviews.flatMap(({ group, status }) => (group && status === 'pending-review' ? [group] : []));
}

/** ` (exit code 3, timed-out, 1.2 s)`: as much of it as the server tells. */
function inBrackets({ exit_code, reason, elapsed_time_ms }: TaskAnswer): string {
  const facts = [
    ...(exit_code === null || exit_code === 0 ? [] : [`exit code ${exit_code}`]),
    ...(reason === null || reason === 'exited' ? [] : [reason]),
    ...(elapsed_time_ms === null ? [] : [`${(elapsed_time_ms / 1000).toFixed(1)} s`]),
  ];
  return facts.length === 0 ? '' : ` (${facts.join(', ')})`;
}
