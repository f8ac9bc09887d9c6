import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../core/log.ts';
import { parseAgentEnv } from '../local/agent-env.ts';
import { openServerHome } from '../local/server-home.ts';
import { startAgent } from '../local/start-agent.ts';
import { type ScaleOutcome, simulateScale } from '../test/simulation/scale.ts';
import type { BenchRow } from './row.ts';

const few = 1_000;
const many = 10_000;
const dispatchers = 30;
const localTasks = 2_000;
const localAtOnce = 100;

/** Ten thousand tasks at once, against the quotas of AWS in virtual time; and two thousand for real on this machine. */
export async function benchScale(): Promise<BenchRow[]> {
  const small = await simulateScale(few, dispatchers);
  const large = await simulateScale(many, dispatchers);
  return [launchRow(small, large), memoryRow(small, large), await localRow()];
}

function launchRow(small: ScaleOutcome, large: ScaleOutcome): BenchRow {
  const share = (outcome: ScaleOutcome) => `${(outcome.quotaShare * 100).toFixed(1)} % of the launch quota`;
  const ended = `${large.results} results, ${large.successes} successes after ${large.endSeconds.toFixed(0)} s`;
  return {
    name: `${many} tasks ready at once, simulated, ${dispatchers} dispatchers`,
    value: `${share(large)}; ${ended}`,
    baseline: `${share(small)} with ${few} tasks`,
    ratio: (large.quotaShare / small.quotaShare).toFixed(2),
    goal: `above 90 %, all ${many} end`,
  };
}

/** What a Lambda holds grows with what it has open at once: the same for few tasks and for many. */
function memoryRow(small: ScaleOutcome, large: ScaleOutcome): BenchRow {
  const shown = ({ callsAtOnce }: ScaleOutcome) =>
    Object.entries(callsAtOnce)
      .toSorted()
      .map(([kind, calls]) => `${kind} ${calls}`)
      .join(', ');
  const most = ({ callsAtOnce }: ScaleOutcome) => Math.max(...Object.values(callsAtOnce));
  return {
    name: 'calls that one invocation has open at once',
    value: `${shown(large)} with ${many} tasks`,
    baseline: `${shown(small)} with ${few}`,
    ratio: (most(large) / most(small)).toFixed(2),
    goal: '1.00',
  };
}

async function localRow(): Promise<BenchRow> {
  const home = await mkdtemp(join(tmpdir(), 'runops-bench-'));
  const { server, userToken, agentToken } = await openServerHome({ home: join(home, 'server'), port: 0 });
  const env = parseAgentEnv({
    TOKEN: agentToken,
    API_URL: server.url,
    RUNOPS_HOME: join(home, 'agent'),
    POLL_MILLISECONDS: '50',
    RUNS_MAX: '4',
  });
  const agent = await startAgent({ env, environment: process.env, log: silentLog });
  const post = async (path: string, body: object): Promise<string> => {
    const headers = { authorization: `Bearer ${userToken}`, 'content-type': 'application/json' };
    const response = await fetch(`${server.url}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return response.text();
  };
  try {
    await post('/v1/targets', { name: 'shell', type: 'bash' });
    const started = performance.now();
    let succeeded = 0;
    let left = localTasks;
    const user = async () => {
      while (left-- > 0) {
        const answer = await post('/v1/tasks', { target: 'shell', script: 'true' });
        if (answer.includes('"success"')) succeeded++;
      }
    };
    await Promise.all(Array.from({ length: localAtOnce }, user));
    const seconds = (performance.now() - started) / 1000;
    return {
      name: `${localTasks} tasks that run \`true\`, ${localAtOnce} at once, on this machine`,
      value: `${succeeded} successes in ${seconds.toFixed(0)} s, ${(localTasks / seconds).toFixed(1)} per second`,
      baseline: 'none',
      ratio: '',
      goal: `all ${localTasks} succeed`,
    };
  } finally {
    await agent.drain(0);
    await server.close();
    await rm(home, { recursive: true, force: true });
  }
}
