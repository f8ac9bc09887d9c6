import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AgentProcess, startAgentProcess, untilSaid } from './agent-process.ts';
import { runnersOf } from './runner-processes.ts';
import { startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
let agents: AgentProcess[];

beforeEach(async () => {
  server = await startTestServer();
  agents = [];
});

afterEach(async () => {
  for (const { child } of agents) child.kill('SIGKILL');
  await Promise.all(agents.map(({ exited }) => exited));
  await server.close();
});

function start(environment: Record<string, string> = {}): AgentProcess {
  const agent = startAgentProcess(server, environment);
  agents.push(agent);
  return agent;
}

async function createTask(script: string, type = 'bash'): Promise<number> {
  await server.api.createTarget(server.userToken, { name: type, type }).catch(() => {});
  return server.api.createTask(server.userToken, type, script);
}

const ended = (id: number) => server.api.until(server.userToken, id, ['success', 'failure']);

describe('an agent that cannot start', () => {
  const limitedPolicy = join(mkdtempSync(join(tmpdir(), 'runops-policy-')), 'policy.json');
  writeFileSync(limitedPolicy, '{ "dailyVcpuMinutes": 600 }');

  it.each([
    [{ TOKEN: '' }, /TOKEN: is missing: `runops agents create-token` makes one/],
    [{ API_URL: 'nowhere' }, /API_URL: must be an http or https address/],
    [{ RUNS_MAX: 'many', TOKEN: '' }, /TOKEN.*; RUNS_MAX|RUNS_MAX.*; TOKEN/],
    [{ TOKEN: 'wrong' }, /401.*TOKEN/],
    [{ RUNOPS_POLICY: limitedPolicy }, /dailyVcpuMinutes, which counts containers on Fargate.*Take it out/],
    [{ RUNOPS_POLICY: 'missing.json' }, /missing\.json of RUNOPS_POLICY could not be read/],
  ])('says what to do and exits with 1: %o', async (environment, words) => {
    const agent = start(environment);
    expect((await agent.exited)[0]).toBe(1);
    expect(agent.said()).toMatch(words);
  });

  it('leaves its place to the agent that has its tags', async () => {
    await untilSaid(start(), 'agent.started');
    const second = start({ RUNOPS_HOME: join(server.home, 'second') });
    expect((await second.exited)[0]).toBe(1);
    expect(second.said()).toMatch(/TAGS/);
  });

  it('does not share its folder with a living agent', async () => {
    await untilSaid(start(), 'agent.started');
    const second = start({ TAGS: 'other' });
    expect((await second.exited)[0]).toBe(1);
    expect(second.said()).toMatch(/Another agent \(process \d+\) uses .*Stop it, or set RUNOPS_HOME/);
  });
});

describe('a running agent', () => {
  it('runs no more tasks at once than RUNS_MAX, and refuses none', async () => {
    start({ RUNS_MAX: '2' });
    const mark = `${server.marks}/$RUNOPS_TASK_ID`;
    const script = `touch ${mark}; ls ${server.marks} | wc -l; sleep 0.3; rm ${mark}`;
    const ids: number[] = [];
    for (let n = 0; n < 8; n++) ids.push(await createTask(script));
    const results = await Promise.all(ids.map(ended));
    expect(results.map(({ status }) => status)).toEqual(ids.map(() => 'success'));
    const atOnce = await Promise.all(ids.map((id) => server.api.log(server.userToken, id)));
    expect(Math.max(...atOnce.map(Number))).toBeLessThanOrEqual(2);
  });

  it('lets running tasks end when it is told to stop, and reports them', async () => {
    const agent = start();
    const id = await createTask('echo before; sleep 1; echo after');
    await untilSaid(agent, 'execution.launched');
    agent.child.kill('SIGTERM');
    expect((await agent.exited)[0]).toBe(0);
    expect(await ended(id)).toMatchObject({ status: 'success' });
    expect(await server.api.log(server.userToken, id)).toBe('before\nafter\n');
  });

  it('ends tasks that take longer than it may wait, with what they printed', async () => {
    const agent = start({ DRAIN_SECONDS: '0' });
    const id = await createTask('echo before; sleep 60');
    await server.api.untilProgress(server.userToken, id);
    agent.child.kill('SIGTERM');
    expect((await agent.exited)[0]).toBe(0);
    expect(await ended(id)).toMatchObject({ status: 'failure', reason: 'killed' });
    expect(await server.api.log(server.userToken, id)).toMatch(/^before\n/);
  });

  it('reports a task as lost whose runner was killed', async () => {
    start();
    const id = await createTask('echo before; kill -9 $PPID; sleep 60; echo after');
    // The child may not kill its runner when it runs as another user; then the test does.
    await server.api.untilProgress(server.userToken, id);
    for (const pid of runnersOf(server)) process.kill(pid, 'SIGKILL');
    expect(await ended(id)).toMatchObject({ status: 'failure', reason: 'lost' });
    expect(await server.api.log(server.userToken, id)).toMatch(/^before\n[\s\S]*end is unknown/);
  });

  it('leaves nothing behind but its permanent records and the redacted logs', async () => {
    const agent = start();
    const id = await createTask('echo done');
    await ended(id);
    agent.child.kill('SIGTERM');
    await agent.exited;
    const files = readdirSync(join(server.home, 'agent/ledger'), { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => file.endsWith('.json')).sort()).toEqual(
      ['claim-1', 'redacted', 'reported', 'started'].map((name) => `executions/${id}/${name}.json`),
    );
    expect(readdirSync(join(server.home, 'agent/ledger/open'))).toEqual([]);
    expect(readdirSync(join(server.home, 'agent/logs'))).toEqual([`${id}.log`]);
  });

  it('gives a clear result for what a client program is missing for', async () => {
    start({ PATH: join(server.home, 'nothing') });
    const task = await ended(await createTask('print(1)', 'python'));
    expect(task).toMatchObject({ status: 'failure', reason: 'rejected' });
    expect(await server.api.log(server.userToken, task.id)).toMatch(/python3 is not installed/);
  });
});
