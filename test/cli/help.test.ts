import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { builtRunops, runRunops, runtimes } from './run-runops.ts';

const runops = builtRunops();

const verbs = [
  'targets create',
  'targets update',
  'targets list',
  'tasks create',
  'tasks list',
  'tasks logs',
  'tasks kill',
  'tasks approve',
  'tasks reject',
  'tasks run',
  'agents list',
  'agents create-token',
];

describe.each(runtimes())('the help of runops, with $name', ({ node }) => {
  const run = (...args: string[]) => runRunops(runops, args, { node });

  it.each([[[]], [['--help']], [['-h']], [['help']]])('names every verb for %j', async (args) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const verb of verbs) expect(stdout).toContain(`  ${verb} `);
    expect(stdout).toContain('Examples:');
  });

  it.each([[['tasks']], [['tasks', '--help']], [['help', 'tasks']]])(
    'tells the verbs of a noun for %j',
    async (args) => {
      const { code, stdout } = await run(...args);
      expect(code).toBe(0);
      expect(stdout).toContain('Usage: runops tasks VERB');
      expect(stdout).toContain('approve');
      expect(stdout).not.toContain('create-token');
    },
  );

  it.each(verbs)('explains `%s` with examples, without a server', async (verb) => {
    const { code, stdout, stderr } = await run(...verb.split(' '), '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: runops ${verb}`);
    expect(stdout).toMatch(/Examples:\n {2}.*runops/);
    expect(stdout).toContain('--json');
  });

  it('documents the flags of the product guide', async () => {
    const { stdout } = await run('targets', 'create', '--help');
    const flags = 'name type message tags redact review reviewers channel groups secret_provider secret_path';
    for (const flag of [
      ...flags.split(' '),
      'secret_mapping',
      'config',
      'custom_command',
      'runner_provider',
    ]) {
      expect(stdout).toContain(`--${flag}`);
    }
  });

  it('tells its version', async () => {
    expect(await run('--version')).toEqual({ code: 0, stdout: `runops ${manifest.version}\n`, stderr: '' });
  });
});

describe.each(runtimes())('a wrong command line, with $name', ({ node }) => {
  const run = (...args: string[]) => runRunops(runops, args, { node });

  it.each([
    [['task', 'create'], 'Did you mean tasks?'],
    [['tasks', 'craete'], 'Did you mean create?'],
    [['tasks', 'frobnicate'], 'runops tasks has create, list, logs'],
    [['targets', 'create', '--secret_pth', 'x'], 'Did you mean --secret_path?'],
    [['targets', 'create', '--secretpath', 'x'], 'Did you mean --secret_path?'],
    [['tasks', 'list', '-x'], 'has no flag -x'],
    [['tasks', 'create', '-s', 'select 1'], 'needs --target'],
    [['tasks', 'create', '-t', 'db'], "--script 'SCRIPT' or --file FILE"],
    [['tasks', 'create', '-t', 'db', '-s', 'a', '-f', 'b'], 'not both'],
    [['tasks', 'create', '-t', 'db', '-s', '  '], 'The script is empty'],
    [['tasks', 'create', '-t', 'db', '-s', 'select', '1'], 'cannot use "1". Quote'],
    [['tasks', 'create', '-t', 'db', '-f', 'no-such.sql'], 'no-such.sql cannot be read'],
    [['tasks', 'create', '-t', '--script', 'x'], '-t needs a value'],
    [['tasks', 'create', '-t', '-s', 'x'], '-t needs a value'],
    [['tasks', 'create', '-t', 'a', '-t', 'b', '-s', 'x'], 'given twice'],
    [['tasks', 'logs'], 'needs ID'],
    [['tasks', 'logs', '../targets'], 'is not the id of a task'],
    [['tasks', 'list', '--json=yes'], 'takes no value'],
    [['targets', 'create', '--name', 'a b', '--type', 'bash'], 'has no spaces'],
    [['targets', 'create', '--name', 'a'], 'needs --type'],
    [['targets', 'create', '--name', 'a', '--type', 'bash', '--redact', 'non'], 'Did you mean none?'],
    [['targets', 'create', '--name', 'a', '--type', 'bash', '--runner_provider', 'x'], 'It can be runops.'],
    [
      ['targets', 'create', '--name', 'a', '--type', 'bash', '--secret_mapping', '{"A":'],
      'must be a JSON object',
    ],
    [
      ['targets', 'create', '--name', 'a', '--type', 'bash', '--config', '["hunter2"]'],
      'must be a JSON object',
    ],
    [['targets', 'update', '--name', 'a'], 'Nothing to change'],
  ])('is refused with 2 and a way on: %j', async (args, advice) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(advice);
    expect(stderr).toContain('--help');
    expect(stderr).not.toContain('hunter2');
  });
});
