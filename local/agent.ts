import { messageOf } from '../core/errors.ts';
import { jsonLog } from '../core/log.ts';
import { parseAgentEnv } from './agent-env.ts';
import { requireNode } from './require-node.ts';
import { startAgent } from './start-agent.ts';
import { untilStopped } from './until-stopped.ts';

/** `npm run agent`, and the agent's container: the agent alone, against the API of its environment. */
try {
  requireNode(process.versions.node);
  const env = parseAgentEnv(process.env);
  const log = jsonLog((line) => process.stdout.write(line), Date.now);
  const agent = await startAgent({ env, environment: process.env, log });
  await untilStopped();
  await agent.drain(env.DRAIN_SECONDS);
  process.exit(0);
} catch (thrown) {
  process.stderr.write(`${messageOf(thrown)}\n`);
  process.exit(1);
}
