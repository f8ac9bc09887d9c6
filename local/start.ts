import { createWriteStream } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf } from '../core/errors.ts';
import { jsonLog } from '../core/log.ts';
import { parseAgentEnv } from './agent-env.ts';
import { openServerHome } from './server-home.ts';
import { startAgent } from './start-agent.ts';
import { untilStopped } from './until-stopped.ts';

/** `npm start`: a Runops-compatible server and the agent together, on this machine only. */
try {
  const home = resolve(process.env.RUNOPS_HOME || '.runops');
  const port = portOf(process.env.RUNOPS_PORT || '4400');
  const { server, agentToken } = await openServerHome({ home, port });
  const env = parseAgentEnv({ ...process.env, API_URL: server.url, TOKEN: agentToken, RUNOPS_HOME: home });
  const logPath = join(home, 'agent.log');
  const logFile = createWriteStream(logPath, { flags: 'a', mode: 0o600 });
  const log = jsonLog((line) => logFile.write(line), Date.now);
  const agent = await startAgent({ env, environment: process.env, log });

  process.stdout.write(`Runops is ready at ${server.url}, with its agent. Data and logs are in ${home}.
Try it in another terminal of this folder:

  npx runops targets create --name shell --type bash
  npx runops tasks create -t shell -s 'echo hello from $(hostname)'

Ctrl-C ends both. What still runs then is picked up by the next start.
`);
  await untilStopped();
  await agent.drain(env.DRAIN_SECONDS);
  await server.close();
  process.exit(0);
} catch (thrown) {
  process.stderr.write(`${messageOf(thrown)}\n`);
  process.exit(1);
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new Error(
    `RUNOPS_PORT is ${JSON.stringify(text)}; it must be a port from 0 (any free one) to 65535.`,
  );
}
