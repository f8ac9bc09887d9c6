import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../core/log.ts';
import { parseAgentEnv } from '../local/agent-env.ts';
import { openServerHome } from '../local/server-home.ts';
import { startAgent } from '../local/start-agent.ts';
import type { BenchRow } from './row.ts';

const tasks = 100;
const pollMilliseconds = 20;

/**
 * What the agent adds to a command that does nothing: from the moment the task is ready at the API until the API
 * has its result. The server answers the request for a task when the result is there, so that one request is the
 * whole way, and no look at a clock comes in between.
 */
export async function benchOverhead(): Promise<BenchRow[]> {
  const home = await mkdtemp(join(tmpdir(), 'runops-bench-'));
  const { server, userToken, agentToken } = await openServerHome({ home: join(home, 'server'), port: 0 });
  const env = parseAgentEnv({
    TOKEN: agentToken,
    API_URL: server.url,
    RUNOPS_HOME: join(home, 'agent'),
    POLL_MILLISECONDS: String(pollMilliseconds),
  });
  const agent = await startAgent({ env, environment: process.env, log: silentLog });
  const post = (path: string, body: object) =>
    fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${userToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).then((response) => response.text());
  try {
    await post('/v1/targets', { name: 'shell', type: 'bash' });
    const ours: number[] = [];
    const direct: number[] = [];
    for (let n = 0; n < tasks; n++) {
      ours.push(await timed(() => post('/v1/tasks', { target: 'shell', script: 'true' })));
      direct.push(await timed(() => once(spawn('true', { stdio: 'ignore' }), 'exit')));
    }
    return [row('median', 0.5, ours, direct, 'below 80 ms'), row('p99', 0.99, ours, direct, 'no goal')];
  } finally {
    await agent.drain(0);
    await server.close();
    await rm(home, { recursive: true, force: true });
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function row(label: string, share: number, ours: number[], direct: number[], goal: string): BenchRow {
  const [own, base] = [quantile(ours, share), quantile(direct, share)];
  return {
    name: `a task that runs \`true\`, ready to reported, ${pollMilliseconds} ms poll, ${label} of ${tasks}`,
    value: `${own.toFixed(1)} ms, ${(own - base).toFixed(1)} ms over the baseline`,
    baseline: `${base.toFixed(1)} ms: spawn(true)`,
    ratio: `${(own / base).toFixed(1)} x`,
    goal,
  };
}

function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
