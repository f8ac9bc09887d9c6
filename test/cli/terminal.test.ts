import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FakeUserApi, fakeUserApi, type Reply } from '../support/fake-user-api.ts';
import { builtRunops, runtimes, serverEnv } from './run-runops.ts';

const runops = builtRunops();

/** `script` of util-linux gives a command a terminal: `apt-get install bsdutils` brings it. */
const hasTerminal = process.platform === 'linux' && works();

function works(): boolean {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8', stdio: 'pipe' }).includes('util-linux');
  } catch {
    console.warn('The tests on a terminal need the command `script` of util-linux: apt-get install bsdutils');
    return false;
  }
}

const running = { id: 12, status: 'running', task_logs: 'Your task is running.' };
const ended = { id: 12, status: 'success', task_logs: 'https://logs.example.com/12', elapsed_time_ms: 1200 };
const chunk = (sequence: number, text: string, stream = 'stdout') => ({ sequence, stream, text });

/** A task whose output is seen while it runs. */
function live(polls: object[], log: string): Record<string, Reply | Reply[]> {
  return {
    'POST /v1/tasks': { status: 201, body: running },
    'GET /v1/tasks/12/progress': polls.map((body) => ({ body })),
    'GET /v1/tasks/12': { body: ended },
    'GET /v1/tasks/12/logs': (request, response) => {
      response.end(JSON.stringify({ logs_url: `http://${request.headers.host}/store` }));
    },
    'GET /store': { text: log },
  };
}

describe.runIf(hasTerminal).each(runtimes())('on a terminal, with $name, runops', ({ node }) => {
  interface Options {
    env?: Record<string, string>;
    input?: string;
  }

  /** Both streams on one terminal, as people see them. */
  async function onTerminal(api: FakeUserApi, args: string, options: Options = {}) {
    return await typed(api, `"${node}" "${runops}" ${args}`, options);
  }

  /** Standard output alone is a terminal; what goes to standard error is told apart. */
  async function outputOnTerminal(api: FakeUserApi, args: string) {
    const said = join(mkdtempSync(join(tmpdir(), 'runops-terminal-')), 'stderr');
    const ended = await typed(api, `"${node}" "${runops}" ${args} 2> ${said}`, {});
    return { ...ended, said: readFileSync(said, 'utf8') };
  }

  async function typed(api: FakeUserApi, command: string, { env, input }: Options) {
    const environment = { PATH: process.env.PATH, TERM: 'xterm', ...serverEnv(api.url), ...env };
    const child = spawn('script', ['-qec', command, '/dev/null'], { env: environment });
    let shown = '';
    child.stdout.on('data', (data) => {
      shown += data;
      // Typed before the question it would not be an answer to it.
      if (input !== undefined && shown.includes('[y/N]')) child.stdin.end(input);
    });
    if (input === undefined) child.stdin.end();
    const code = await new Promise((resolve) => child.on('close', resolve));
    return { code, shown: shown.replaceAll('\r\n', '\n') };
  }

  it('shows output as it comes, both streams in order, and then only the remainder of the log', async () => {
    const polls = [
      { status: 'running', chunks: [chunk(0, 'one\n')] },
      { status: 'running', chunks: [chunk(0, 'one\n'), chunk(1, 'two ', 'stderr')] },
      { status: 'success', chunks: [] },
    ];
    await using api = await fakeUserApi(live(polls, 'one\ntwo three\nfour'));
    const { code, shown } = await outputOnTerminal(api, "tasks create -t db -s 'x'");
    expect({ code, shown }).toEqual({ code: 0, shown: 'one\ntwo three\nfour\n' });
    expect(api.calls('GET /v1/tasks/12/progress').map(({ query }) => query)).toEqual([
      {},
      { after: '0' },
      { after: '1' },
    ]);
  });

  it('says why a task waits, once, and does not take it for output', async () => {
    const sentence = 'Waiting: the limit is used up.\n';
    const polls = [
      { status: 'ready', chunks: [chunk(0, sentence, 'stderr')] },
      { status: 'ready', chunks: [chunk(0, sentence, 'stderr')] },
      { status: 'running', chunks: [chunk(1, 'one\n')] },
      { status: 'success', chunks: [] },
    ];
    await using api = await fakeUserApi(live(polls, 'one\ntwo\n'));
    const { shown, said } = await outputOnTerminal(api, "tasks create -t db -s 'x'");
    expect(shown).toBe('one\ntwo\n');
    expect(said).toBe(sentence);
  });

  it('shows the whole log when it is not what was shown before', async () => {
    const polls = [
      { status: 'running', chunks: [chunk(0, 'draft\n')] },
      { status: 'success', chunks: [] },
    ];
    await using api = await fakeUserApi(live(polls, 'final\nlog\n'));
    const { shown } = await onTerminal(api, "tasks create -t db -s 'x'");
    expect(shown).toContain('draft\n');
    expect(shown).toContain('Here it is whole:\nfinal\nlog\n');
    expect(shown).toContain('Task 12 succeeded (1.2 s).');
  });

  it('falls back to polling the task where the server has no progress', async () => {
    await using api = await fakeUserApi({
      ...live([], 'log\n'),
      'GET /v1/tasks/12/progress': { status: 404 },
      'GET /v1/tasks/12': [{ body: running }, { body: ended }],
    });
    expect(await outputOnTerminal(api, "tasks create -t db -s 'x'")).toMatchObject({
      code: 0,
      shown: 'log\n',
    });
    expect(api.calls('GET /v1/tasks/12/progress')).toHaveLength(1);
  });

  it('takes out what could drive the terminal', async () => {
    const evil = '\x1b[2J\x1b]0;title\x07a\tb\x9b31mc\rd\x08\x1b[31mred\x1b[0m\n';
    const polls = [
      { status: 'running', chunks: [chunk(0, evil)] },
      { status: 'success', chunks: [] },
    ];
    await using api = await fakeUserApi(live(polls, `${evil}${evil}`));
    const { shown } = await outputOnTerminal(api, "tasks create -t db -s 'x'");
    expect(shown).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
    expect(shown.split('\n')[0]).toMatch(/^a\tb.*cdred$/);
  });

  it('moves a spinner while it waits, and colours a failure', async () => {
    const failed = { ...ended, status: 'failure' };
    const polls = [{ body: running }, { body: running }, { body: failed }];
    await using api = await fakeUserApi({ ...live([], 'log\n'), 'GET /v1/tasks/12': polls });
    const { code, shown } = await onTerminal(api, "tasks create -t db -s 'x'");
    expect(code).toBe(1);
    expect(shown).toContain('Task 12 is running');
    expect(shown).toContain('\x1b[31mTask 12 failed (1.2 s).\x1b[39m');
  });

  it.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('uses no colour with %j', async (env) => {
    const body = { ...ended, status: 'failure', task_logs: 'log' };
    await using api = await fakeUserApi({ 'POST /v1/tasks': { status: 201, body } });
    const { shown } = await onTerminal(api, "tasks create -t db -s 'x'", { env });
    expect(shown).toContain('Task 12 failed');
    expect(shown).not.toContain('\x1b[31m');
  });

  it('has no spinner where standard error is not a terminal', async () => {
    await using api = await fakeUserApi(live([{ status: 'success', chunks: [] }], 'log\n'));
    expect((await outputOnTerminal(api, "tasks create -t db -s 'x'")).said).toBe('');
  });

  it.each([
    ['y\n', 0, 1],
    ['n\n', 1, 0],
    ['\n', 1, 0],
    ['\x04', 1, 0],
    ['\x03', 130, 0],
  ])('asks before it makes a new agent token: %j', async (input, code, calls) => {
    await using api = await fakeUserApi({
      'POST /v1/agents/token': { status: 201, body: { token: 'new-token' } },
    });
    const ended = await onTerminal(api, 'agents create-token', { input });
    expect(ended.shown).toContain('Running agents stop working');
    expect(ended.code).toBe(code);
    expect(api.received).toHaveLength(calls);
  });
});
