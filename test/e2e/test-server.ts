import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../adapters/system-clock.ts';
import { demoApi } from '../../local/demo/api.ts';
import { openServerHome } from '../../local/server-home.ts';

/** A real local server in a folder of its own, and what a user does with it. */
export async function startTestServer() {
  const home = await mkdtemp(join(tmpdir(), 'runops-e2e-'));
  // The commands may run as another user, who must be able to leave marks.
  const marks = await mkdtemp(join(tmpdir(), 'runops-marks-'));
  await chmod(marks, 0o777);
  const { server, userToken, agentToken } = await openServerHome({ home: join(home, 'server'), port: 0 });
  return {
    home,
    marks,
    url: server.url,
    userToken,
    agentToken,
    api: demoApi(server.url, systemClock),
    async close() {
      await server.close();
      for (const folder of [home, marks]) await rm(folder, { recursive: true, force: true });
    },
  };
}

export type TestServer = Awaited<ReturnType<typeof startTestServer>>;
