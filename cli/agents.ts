import { agentsOf, agentTokenOf } from './answers.ts';
import { type Call, type ExitCode, exitCodes, type Group, type Shell, type Verb } from './command.ts';
import { CliError, UsageError } from './errors.ts';
import { printJson } from './print-json.ts';
import { table } from './table.ts';

const list: Verb = {
  name: 'list',
  summary: 'List the agents and whether they are up',
  options: {},
  examples: ['runops agents list'],
  run: showList,
};

const createToken: Verb = {
  name: 'create-token',
  summary: 'Make a new agent token and print it; the old one stops working',
  options: { force: { short: 'f', summary: 'Do not ask; running agents stop until they get the new token' } },
  examples: ['runops agents create-token', 'export TOKEN=$(runops agents create-token -f)'],
  run: rotateToken,
};

export const agents: Group = {
  name: 'agents',
  summary: 'Who runs the tasks.',
  commands: [list, createToken],
  examples: ['runops agents list', 'export TOKEN=$(runops agents create-token -f)'],
};

async function showList(call: Call, shell: Shell): Promise<ExitCode> {
  const answer = await (await shell.api()).get('/v1/agents');
  if (call.switches.has('json')) return await printJson(shell, answer);
  const rows = agentsOf(answer).map((agent) => {
    if (typeof agent !== 'string')
      return [agent.subscription_name, agent.tags, agent.status, agent.app_version];
    const [name = '', tags = ''] = agent.split(':');
    return [name, tags, null, null];
  });
  if (rows.length === 0) shell.screen.say('No agent has registered yet.');
  else await shell.screen.write(table(['NAME', 'TAGS', 'STATUS', 'VERSION'], rows));
  return exitCodes.done;
}

async function rotateToken(call: Call, shell: Shell): Promise<ExitCode> {
  const api = await shell.api();
  if (!call.switches.has('force')) {
    if (!shell.screen.inputIsTerminal) {
      throw new UsageError('A new token stops the running agents. Add -f if that is what you want.');
    }
    const sure = await shell.confirm(
      'Running agents stop working until they get the new token. Go on? [y/N] ',
    );
    if (!sure) throw new CliError('Nothing was changed.');
  }
  const answer = await api.send('POST', '/v1/agents/token');
  if (call.switches.has('json')) return await printJson(shell, answer);
  await shell.screen.write(`${agentTokenOf(answer).token}\n`);
  shell.screen.say('Start the agents with TOKEN set to it. It is not shown again.', 'note');
  return exitCodes.done;
}
