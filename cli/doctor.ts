import type { Finding } from '../core/finding.ts';
import { type Call, type ExitCode, exitCodes, type Shell, type Verb } from './command.ts';
import { messageOf } from './errors.ts';
import { printJson } from './print-json.ts';
import { table } from './table.ts';

type Examination = Awaited<ReturnType<Shell['examineDeployed']>>;

export const doctor: Verb = {
  name: 'doctor',
  summary: 'Look at an agent in AWS: what is ill, and what to do about it',
  options: {
    stack: { value: 'NAME', summary: 'The stack of the agent; runops-agent unless given' },
    function: { value: 'NAME', summary: "The function of its doctor, in place of the stack's" },
    region: { value: 'REGION', summary: 'Where it is; that of your AWS configuration unless given' },
    secret: { value: "'ARN,ARN'", summary: 'Further secrets that targets name' },
  },
  notes: [
    'It uses your AWS credentials, changes nothing, and reads no secret of a target.',
    'Exit code 0: nothing is ill. 1: something is. 2: the account or the agent could not be read.',
  ],
  examples: ['runops doctor', 'runops doctor --stack runops-prod --region eu-west-1 --json'],
  run: examine,
};

async function examine({ values, switches }: Call, shell: Shell): Promise<ExitCode> {
  let examination: Examination;
  shell.screen.spin('Looking at the agent');
  try {
    examination = await shell.examineDeployed({
      stack: values.stack ?? 'runops-agent',
      functionName: values.function,
      region: values.region,
      secrets: (values.secret ?? '').split(',').filter((arn) => arn !== ''),
    });
  } catch (thrown) {
    shell.screen.say(`runops: ${messageOf(thrown)}`, 'failure');
    return exitCodes.usage;
  }
  if (switches.has('json')) await printJson(shell, examination);
  else await shell.screen.write(textOf(examination));
  return examination.well ? exitCodes.done : exitCodes.failed;
}

const words = { well: 'well', weak: 'weak', ill: 'ILL', unknown: 'unknown' } as const;

function textOf({ findings, executions }: Examination): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.map((finding) => lineOf(finding, width)).join('');
  const rows = executions.map(({ id, isOpen, reason, startedAt, reportedAt }) => [
    ...[id, isOpen ? 'open' : 'closed', reason, timeOf(startedAt), timeOf(reportedAt)],
  ]);
  const last =
    rows.length > 0 ? `\n${table(['EXECUTION', 'STATE', 'REASON', 'STARTED', 'REPORTED'], rows)}` : '';
  return `${lines}${last}\n${sumOf(findings)}\n`;
}

function lineOf({ check, state, sentence, remedy }: Finding, width: number): string {
  const indent = ' '.repeat('unknown  '.length);
  const line = `${words[state].padEnd(indent.length)}${check.padEnd(width)}  ${sentence}\n`;
  return remedy === null ? line : `${line}${indent}${' '.repeat(width)}  -> ${remedy}\n`;
}

function sumOf(findings: readonly Finding[]): string {
  const count = (wanted: Finding['state']) => findings.filter(({ state }) => state === wanted).length;
  const unseen = count('unknown') > 0 ? ` ${count('unknown')} could not be looked at.` : '';
  return count('ill') > 0 ? `${count('ill')} ill.${unseen}` : `Nothing is ill.${unseen}`;
}

function timeOf(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString().slice(0, 19);
}
