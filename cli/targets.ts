import { targetsOf } from './answers.ts';
import type { Call, ExitCode, Group, Option, Shell, Verb } from './command.ts';
import { exitCodes } from './command.ts';
import { printJson } from './print-json.ts';
import { table } from './table.ts';
import { targetFields } from './target-fields.ts';

const settings: Readonly<Record<string, Option>> = {
  message: { short: 'm', value: 'TEXT', summary: 'What the target is for' },
  tags: { value: 'TAGS', summary: 'Only the agent with these TAGS runs its tasks' },
  redact: { value: 'WHAT', choices: ['all', 'none'], summary: 'Which personal data is taken out of logs' },
  review: {
    value: 'KIND',
    choices: ['none', 'anyone', 'team'],
    summary: 'Who must approve a task before it runs',
  },
  reviewers: { value: 'GROUPS', summary: "Groups that review, for example 'DBA,SRE'" },
  channel: { value: 'NAME', summary: 'Channel that hears of tasks' },
  groups: { value: 'GROUPS', summary: "Groups that may use the target, for example 'dev,ops'" },
  secret_provider: { value: 'NAME', summary: 'Where the secret is: env-var, aws, hashicorp/kv …' },
  secret_path: { value: 'PATH', summary: "The secret's name there" },
  secret_mapping: { value: 'JSON', summary: 'Wanted key to key in the secret, as a JSON object; or @FILE' },
  config: {
    value: 'JSON',
    summary: 'The secret itself, for the provider runops; better @FILE, or @- for stdin',
  },
  override_type: {
    value: 'BOOLEAN',
    choices: ['true', 'false'],
    summary: 'Whether a task may ask for another type',
  },
  custom_command: { value: 'TEXT', summary: 'Command to run in place of the one of the type' },
  runner_provider: { value: 'NAME', choices: ['runops'], summary: 'Who runs the tasks' },
};

const name: Option = { value: 'NAME', required: true, summary: "The target's name, without spaces" };
const type: Option = { value: 'TYPE', summary: 'What the target is: postgres, mysql, bash, k8s …' };
const status: Option = {
  value: 'STATUS',
  choices: ['active', 'inactive'],
  summary: 'Whether it takes tasks',
};

const clearing = 'An empty value clears a setting: --tags "".';

const create: Verb = {
  name: 'create',
  summary: 'Create a target',
  options: { name, type: { ...type, required: true }, ...settings },
  examples: [
    "runops targets create --name demo-db --type mysql --secret_path 'MY_TARGET'",
    'runops targets create --name orders --type postgres --secret_provider aws --secret_path prod/orders \\\n' +
      `      --secret_mapping '{"PG_HOST": "DB_HOSTNAME"}' --review team --reviewers 'DBA,SRE'`,
  ],
  run: (call, shell) => save('POST', 'created', call, shell),
};

const update: Verb = {
  name: 'update',
  summary: 'Change settings of a target, activate or deactivate it',
  options: { name, status, type, ...settings },
  notes: [clearing],
  examples: [
    'runops targets update --name orders --review anyone',
    'runops targets update --name orders --status inactive',
  ],
  run: (call, shell) => save('PUT', 'updated', call, shell),
};

const list: Verb = {
  name: 'list',
  summary: 'List the targets that you may see',
  options: {
    status: { value: 'STATUS', choices: ['active', 'inactive', 'all'], summary: 'Only these' },
    type: { ...type, summary: 'Only of this type' },
    limit: { value: 'N', summary: 'At most so many' },
  },
  examples: ['runops targets list', 'runops targets list --status all --json'],
  run: showList,
};

export const targets: Group = {
  name: 'targets',
  summary: 'What tasks run against: databases, clusters, scripts, each with the place of its secret.',
  commands: [create, update, list],
  examples: [
    "runops targets create --name demo-db --type mysql --secret_path 'MY_TARGET'",
    'runops targets list',
  ],
};

async function save(method: 'POST' | 'PUT', done: string, call: Call, shell: Shell): Promise<ExitCode> {
  const fields = await targetFields(call.values, method === 'PUT' ? 'clear' : 'drop', shell.readText);
  const answer = await (await shell.api()).send(method, '/v1/targets', fields);
  if (call.switches.has('json')) return await printJson(shell, answer);
  await shell.screen.write(`Target ${call.values.name} is ${done}.\n`);
  return exitCodes.done;
}

async function showList(call: Call, shell: Shell): Promise<ExitCode> {
  const { status, type, limit } = call.values;
  const answer = await (await shell.api()).get('/v1/targets', { status, type, limit });
  if (call.switches.has('json')) return await printJson(shell, answer);
  const found = targetsOf(answer);
  if (found.length === 0) shell.screen.say('There are no such targets.');
  const headings = ['NAME', 'TYPE', 'STATUS', 'TAGS', 'REDACT', 'REVIEW', 'SECRET'];
  const rows = found.map((target) => [
    target.name,
    target.type,
    target.status,
    target.tags,
    target.redact,
    target.review_type,
    [target.secret_provider, target.secret_path].filter(Boolean).join(' '),
  ]);
  if (rows.length > 0) await shell.screen.write(table(headings, rows));
  return exitCodes.done;
}
