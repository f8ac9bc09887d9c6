import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startAgentProcess } from './agent-process.ts';
import { readProc, runnersOf } from './runner-processes.ts';
import { startTestServer, type TestServer } from './test-server.ts';

const residentMegabytesMax = 200;

describe.skipIf(process.platform !== 'linux')('a task that prints a gigabyte', () => {
  it('leaves agent and runner together below 200 MB, and says where it was cut', {
    timeout: 180_000,
  }, async () => {
    const server = await startTestServer();
    const agent = startAgentProcess(server);
    try {
      await server.api.createTarget(server.userToken, { name: 'shell', type: 'bash' });
      const id = await server.api.createTask(server.userToken, 'shell', 'yes | head -c 1G');
      const ending = { ended: false };
      const end = server.api.until(server.userToken, id, ['success', 'failure']).finally(() => {
        ending.ended = true;
      });
      const residentMegabytes = await highWater(agent.child.pid ?? 0, server, ending);
      expect(await end).toMatchObject({ status: 'success', reason: 'exited' });
      console.log(`agent and runner together: ${residentMegabytes.toFixed(0)} MB resident at the most`);
      expect(residentMegabytes).toBeLessThan(residentMegabytesMax);

      const log = await server.api.log(server.userToken, id);
      expect(log.slice(0, 4)).toBe('y\ny\n');
      expect(log.slice(-200)).toMatch(/output cut: 104857600 of 1073741824 bytes kept/);
    } finally {
      agent.child.kill('SIGTERM');
      await agent.exited;
      await server.close();
    }
  });
});

/** The highest sum of what the agent and its runners have in memory, looked at until the task has ended. */
async function highWater(agentPid: number, server: TestServer, ending: { ended: boolean }): Promise<number> {
  let highest = 0;
  while (!ending.ended) {
    const pids = [agentPid, ...runnersOf(server)];
    highest = Math.max(
      highest,
      pids.reduce((sum, pid) => sum + residentMegabytes(pid), 0),
    );
    await pause(20);
  }
  return highest;
}

function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readProc(pid, 'status'))?.[1] ?? 0) / 1024;
}
