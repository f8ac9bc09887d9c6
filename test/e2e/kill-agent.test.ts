import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { chooseSeed, seededRandom } from '../support/seeded-random.ts';
import { startAgentProcess } from './agent-process.ts';
import { startTestServer, type TestServer } from './test-server.ts';

const tasks = 50;
const kills = 50;

it('kill -9 of the agent at 50 random moments: 50 tasks, 50 results, nothing ran twice', {
  timeout: 120_000,
}, async () => {
  const seed = chooseSeed();
  console.log(`seed ${seed} (SEED=${seed} repeats the moments)`);
  const random = seededRandom(seed);
  const server = await startTestServer();
  try {
    await server.api.createTarget(server.userToken, { name: 'marks', type: 'bash' });
    const ids = await createTasks(server, random);
    for (let n = 0; n < kills; n++) {
      const agent = startAgentProcess(server, { RUNS_MAX: '5' });
      await pause(100 + random() * 500);
      agent.child.kill('SIGKILL');
      await agent.exited;
    }
    const survivor = startAgentProcess(server, { RUNS_MAX: '5' });
    const ended = await Promise.all(
      ids.map((id) => server.api.until(server.userToken, id, ['success', 'failure'])),
    );
    survivor.child.kill('SIGTERM');
    await survivor.exited;

    // The runners outlive the agent, so that not one of the tasks is lost.
    expect(ended.map(({ status, reason }) => `${status} ${reason}`)).toEqual(ids.map(() => 'success exited'));
    expect(marksOf(server)).toEqual(ids.map((id) => ({ id: String(id), marks: 1 })));
    console.log(`${ids.length} tasks, ${ended.length} results, ${kills} kills`);
  } finally {
    await server.close();
  }
});

async function createTasks(server: TestServer, random: () => number): Promise<number[]> {
  const ids: number[] = [];
  for (let n = 0; n < tasks; n++) {
    const seconds = (0.5 + random() * 1.5).toFixed(2);
    const script = `echo started >> ${server.marks}/$RUNOPS_TASK_ID; sleep ${seconds}; echo done`;
    ids.push(await server.api.createTask(server.userToken, 'marks', script));
  }
  return ids;
}

function marksOf({ marks }: TestServer) {
  return readdirSync(marks)
    .sort((one, other) => Number(one) - Number(other))
    .map((id) => ({ id, marks: readFileSync(join(marks, id), 'utf8').trim().split('\n').length }));
}
