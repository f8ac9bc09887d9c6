import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AgentProcess, startAgentProcess } from './agent-process.ts';
import { startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
let agent: AgentProcess | undefined;

beforeEach(async () => {
  server = await startTestServer();
});

afterEach(async () => {
  agent?.child.kill('SIGKILL');
  await agent?.exited;
  await server.close();
});

/** Starts an agent with this module of hooks. */
function startWith(module: string): AgentProcess {
  const path = join(server.home, 'hooks.mjs');
  writeFileSync(path, module);
  agent = startAgentProcess(server, { RUNOPS_HOOKS: path });
  return agent;
}

async function run(script: string) {
  await server.api.createTarget(server.userToken, { name: 'shell', type: 'bash' }).catch(() => {});
  const id = await server.api.createTask(server.userToken, 'shell', script);
  const { status, reason } = await server.api.until(server.userToken, id, ['success', 'failure']);
  return { id, status, reason, log: await server.api.log(server.userToken, id) };
}

describe('the hooks of an agent on one machine', () => {
  it('stop a task, change its script, and hear what came of it without the raw output', async () => {
    const heard = join(server.home, 'heard');
    startWith(`
      import { appendFileSync } from 'node:fs';
      export function before({ script }) {
        if (script.includes('rm ')) return { stop: 'Nothing is removed here.' };
        if (script === 'greet') return { script: 'echo gary.duck@example.com' };
      }
      export function after(result) {
        appendFileSync(${JSON.stringify(heard)}, JSON.stringify(result) + '\\n');
      }`);
    const stopped = { status: 'failure', reason: 'rejected', log: 'Nothing is removed here.\n' };
    expect(await run('rm -rf /')).toMatchObject(stopped);
    expect(await run('echo as it is')).toMatchObject({ status: 'success', log: 'as it is\n' });
    const { id } = await run('greet');
    await expect.poll(() => (existsSync(heard) ? readFileSync(heard, 'utf8').split('\n').length : 0)).toBe(3);
    const told = readFileSync(heard, 'utf8');
    expect(JSON.parse(told.trim().split('\n').at(-1) ?? '')).toMatchObject({
      ...{ id, type: 'bash', target: 'shell', script: 'echo gary.duck@example.com' },
      ...{ status: 'success', reason: 'exited', exitCode: 0, logs: '[EMAIL_ADDRESS]\n' },
    });
    expect(told).not.toContain('rm -rf');
  });

  it('end the agent at its start when their module is not valid', async () => {
    const { exited, said } = startWith('export const before = true;');
    expect((await exited)[0]).toBe(1);
    expect(said()).toMatch(
      /^The hooks .*hooks\.mjs of RUNOPS_HOOKS are not valid: before: must be a function\./,
    );
  });
});
