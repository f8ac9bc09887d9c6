import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { buffer as readAll } from 'node:stream/consumers';
import type { Deployed } from '../local/doctor.ts';
import manifest from '../package.json' with { type: 'json' };
import { agents } from './agents.ts';
import { type Api, httpApi } from './api.ts';
import { parseCall, route } from './arguments.ts';
import { audit } from './audit.ts';
import { type AuditPlace, type ExitCode, exitCodes, type Group, type Shell } from './command.ts';
import { doctor } from './doctor.ts';
import { CliError, messageOf, UsageError } from './errors.ts';
import { executions } from './executions.ts';
import { helpOf } from './help.ts';
import { processScreen } from './screen.ts';
import { findServer } from './server.ts';
import { targets } from './targets.ts';
import { tasks } from './tasks.ts';

/** The command `runops`. A noun is a file of this folder, named like it, with its verbs. */
const runops: Group = {
  name: 'runops',
  summary: 'Runs scripts, queries and commands on your own infrastructure, through a Runops server.',
  commands: [targets, tasks, agents, executions, audit, doctor],
  examples: [...targets.examples.slice(0, 1), ...tasks.examples],
};

const screen = processScreen(process, process.env);
const shell: Shell = {
  screen,
  api: onceOnly(connect),
  readText,
  redactExecution,
  verifyAudit,
  examineDeployed,
  confirm,
  onInterrupt,
};

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<ExitCode> {
  try {
    if (args[0] === '--version') {
      await screen.write(`runops ${manifest.version}\n`);
      return exitCodes.done;
    }
    const { entry, path, rest } = route(runops, args);
    const call = 'run' in entry ? parseCall(entry, path, rest) : undefined;
    if ('run' in entry && call !== undefined && !call.switches.has('help'))
      return await entry.run(call, shell);
    await screen.write(helpOf(entry, path));
    return exitCodes.done;
  } catch (error) {
    screen.say(`runops: ${messageOf(error)}`, 'failure');
    if (error instanceof UsageError) screen.say('Add --help to a verb to see how it is used.');
    return error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
  }
}

async function connect(): Promise<Api> {
  const place = { env: process.env, directory: process.cwd(), userId: process.getuid?.() };
  return httpApi(await findServer(place));
}

async function redactExecution(id: string): Promise<string> {
  // Only this verb needs the agent's own parts.
  const agent = await import('../local/redact-execution.ts');
  return agent.redactExecution(id, process.env.RUNOPS_HOME || '.runops', process.env);
}

async function verifyAudit(place: AuditPlace) {
  const agent = await import('../local/verify-audit.ts');
  return agent.verifyAudit({ ...place, endpoint: process.env.AWS_ENDPOINT_URL }, Date.now());
}

async function examineDeployed(wanted: Deployed) {
  // A bundle of its own (`build.ts`), because it wants the clients of AWS, and no other verb does.
  const local = await import('../local/doctor.ts').catch((cause) => {
    if (!['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes(cause.code)) throw cause;
    throw new CliError('The doctor needs the packages of the agent: run it in its folder, after npm ci.');
  });
  return local.examineDeployed(wanted, process.env);
}

function onceOnly<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

async function readText(file: string): Promise<string> {
  if (file === '-' && screen.inputIsTerminal) screen.say('Reading from the keyboard; end with Ctrl-D.');
  const bytes = await (file === '-' ? readAll(process.stdin) : readFile(file)).catch((error: unknown) => {
    throw new UsageError(`The file ${file} cannot be read: ${messageOf(error)}.`);
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${file === '-' ? 'Standard input' : `The file ${file}`} is not text in UTF-8.`);
  }
}

async function confirm(question: string): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-D closes it without an answer. The listener keeps Ctrl-C from being one more answer.
  prompt.once('SIGINT', () => {
    screen.say('Nothing was changed.');
    process.exit(exitCodes.interrupted);
  });
  const answer = await Promise.race([prompt.question(question), once(prompt, 'close').then(() => '')]);
  prompt.close();
  return /^y(es)?$/i.test(answer.trim());
}

function onInterrupt(say: () => void): () => void {
  const interrupted = () => {
    say();
    process.exit(exitCodes.interrupted);
  };
  process.once('SIGINT', interrupted);
  return () => process.off('SIGINT', interrupted);
}
