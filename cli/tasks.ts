import { tasksOf } from './answers.ts';
import {
  type Call,
  type ExitCode,
  exitCodes,
  type Group,
  type Option,
  type Shell,
  type Verb,
} from './command.ts';
import { printJson } from './print-json.ts';
import { table } from './table.ts';
import { createTask, runTask } from './task-create.ts';
import { killTask, showTaskLog } from './task-logs.ts';
import { reviewTask } from './task-review.ts';

const target: Option = { short: 't', value: 'TARGET', summary: 'What it runs against' };
const group: Option = {
  value: 'GROUP',
  summary: 'Review for this group; needed only when you are in several',
};

const exitNote =
  'Exits with 0 when the task succeeded, 1 when it failed, 3 when it waits for a review. Its log goes to standard\n' +
  'output, all else to standard error. Ctrl-C stops the waiting, not the task.';

const create: Verb = {
  name: 'create',
  summary: 'Run a script against a target, wait, and print its log',
  options: {
    target: { ...target, required: true },
    script: { short: 's', value: 'SCRIPT', summary: 'What to run' },
    file: { short: 'f', value: 'FILE', summary: 'Read the script from a file; - is standard input' },
    type: { value: 'TYPE', summary: "Run it as this type, not the target's own" },
    message: { short: 'm', value: 'TEXT', summary: 'Why, for those who review' },
  },
  notes: [exitNote],
  examples: [
    "runops tasks create -t demo-db -s 'select 1'",
    "runops tasks create -t demo-db -f report.sql -m 'numbers of the month' > report.txt",
    'pg_dump --schema-only app | runops tasks create -t staging-db -f -',
  ],
  run: createTask,
};

const list: Verb = {
  name: 'list',
  summary: 'List tasks, the latest first',
  options: {
    status: {
      value: 'STATUS',
      summary: 'Only these: pending-review, approved, ready, running, success, failure …',
    },
    target: { ...target, summary: 'Only of this target' },
    type: { value: 'TYPE', summary: 'Only of this type' },
    limit: { value: 'N', summary: 'At most so many' },
  },
  examples: [
    'runops tasks list',
    'runops tasks list --status pending-review',
    'runops tasks list -t demo-db --json',
  ],
  run: showList,
};

const logs: Verb = {
  name: 'logs',
  summary: 'Print the log of a task',
  operand: 'ID',
  options: { follow: { short: 'f', summary: 'Wait until the task has ended; exits as `tasks create` does' } },
  examples: ['runops tasks logs 12', 'runops tasks logs 12 --follow', 'runops tasks logs 12 | less'],
  run: showTaskLog,
};

const kill: Verb = {
  name: 'kill',
  summary: 'Stop a running task',
  operand: 'ID',
  options: {},
  examples: ['runops tasks kill 12'],
  run: killTask,
};

const approve: Verb = {
  name: 'approve',
  summary: 'Approve a task that waits for its review',
  operand: 'ID',
  options: { group },
  examples: ['runops tasks approve 12', 'runops tasks approve 12 --group DBA'],
  run: (call, shell) => reviewTask('approved', call, shell),
};

const reject: Verb = {
  name: 'reject',
  summary: 'Reject a task that waits for its review',
  operand: 'ID',
  options: { group },
  examples: ['runops tasks reject 12', 'runops tasks reject 12 --group DBA'],
  run: (call, shell) => reviewTask('rejected', call, shell),
};

const run: Verb = {
  name: 'run',
  summary: 'Run a task that was approved, wait, and print its log',
  operand: 'ID',
  options: {},
  notes: [exitNote],
  examples: ['runops tasks run 12'],
  run: runTask,
};

export const tasks: Group = {
  name: 'tasks',
  summary: 'Scripts that were asked for, and what became of them.',
  commands: [create, list, logs, kill, approve, reject, run],
  examples: ["runops tasks create -t demo-db -s 'select 1'", 'runops tasks logs 12'],
};

async function showList(call: Call, shell: Shell): Promise<ExitCode> {
  const { status, target, type, limit } = call.values;
  const answer = await (await shell.api()).get('/v1/tasks', { status, target, type, limit });
  if (call.switches.has('json')) return await printJson(shell, answer);
  const found = tasksOf(answer);
  if (found.length === 0) shell.screen.say('There are no such tasks.');
  const headings = ['ID', 'CREATED', 'STATUS', 'TARGET', 'TYPE', 'USER', 'MILLISECONDS'];
  const rows = found.map((task) => [
    String(task.id),
    task.created,
    task.status,
    task.target,
    task.type,
    task.user_email,
    task.elapsed_time_ms === null ? null : String(task.elapsed_time_ms),
  ]);
  if (rows.length > 0) await shell.screen.write(table(headings, rows));
  return exitCodes.done;
}
