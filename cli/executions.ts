import { type Call, type ExitCode, exitCodes, type Group, type Shell, type Verb } from './command.ts';
import { printJson } from './print-json.ts';

const redact: Verb = {
  name: 'redact',
  summary: 'Redact an output that was withheld, on the machine of its agent',
  operand: 'ID',
  options: {},
  notes: [
    'Run it where the agent runs, as its user, with its RUNOPS_HOME and its redaction settings.',
    'The log goes into the log store of the agent. The user who asked got a result already and gets no second one.',
  ],
  examples: ['RUNOPS_HOME=/var/lib/runops runops executions redact 97803'],
  run: redactWithheld,
};

export const executions: Group = {
  name: 'executions',
  summary: 'What an agent keeps of its tasks, for those who run it.',
  commands: [redact],
  examples: redact.examples,
};

async function redactWithheld(call: Call, shell: Shell): Promise<ExitCode> {
  const location = await shell.redactExecution(call.operand);
  if (call.switches.has('json')) return await printJson(shell, { id: call.operand, location });
  await shell.screen.write(`${location}\n`);
  return exitCodes.done;
}
