import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import type { TestServer } from './test-server.ts';

const agentPath = resolve(import.meta.dirname, '../../dist/agent.mjs');

/** `npm run agent` as a process of its own; `said` is what it has printed so far. */
export interface AgentProcess {
  child: ChildProcess;
  said(): string;
  exited: Promise<unknown[]>;
}

export function startAgentProcess(
  server: TestServer,
  environment: Record<string, string> = {},
): AgentProcess {
  const child = spawn(process.execPath, ['--max-semi-space-size=4', agentPath], {
    env: {
      PATH: process.env.PATH,
      TOKEN: server.agentToken,
      API_URL: server.url,
      RUNOPS_HOME: join(server.home, 'agent'),
      POLL_MILLISECONDS: '20',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const add = (chunk: Buffer) => {
    text += chunk.toString();
  };
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  return { child, said: () => text, exited: once(child, 'exit') };
}

/** Resolves when the agent has printed an event of this name. */
export async function untilSaid(agent: AgentProcess, event: string): Promise<void> {
  while (!agent.said().includes(`"event":"${event}"`)) {
    if (agent.child.exitCode !== null) throw new Error(`The agent ended before ${event}: ${agent.said()}`);
    await Promise.race([once(agent.child.stdout ?? agent.child, 'data'), agent.exited]);
  }
}
