import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLog } from '../../core/log.ts';
import { parseAgentEnv } from '../agent-env.ts';
import { startAgent } from '../start-agent.ts';
import { policy } from './stories.ts';

interface DemoAgentsOptions {
  home: string;
  apiUrl: string;
  token: string;
  /** The keys that the second agent trusts. */
  jwkUrl: string;
  /** The process's environment, with the secrets of the targets. */
  environment: NodeJS.ProcessEnv;
}

/** Two agents as a customer may have them: one for all, and one with a tag that verifies who asked. */
export async function startDemoAgents({ home, apiUrl, token, jwkUrl, environment }: DemoAgentsOptions) {
  const policyPath = join(home, 'policy.json');
  await writeFile(policyPath, JSON.stringify(policy));
  const start = (name: string, variables: Record<string, string>) =>
    startAgent({
      env: parseAgentEnv({
        TOKEN: token,
        API_URL: apiUrl,
        RUNOPS_HOME: join(home, name),
        RUNOPS_POLICY: policyPath,
        POLL_MILLISECONDS: '20',
        ...variables,
      }),
      environment,
      log: silentLog,
    });
  const agents = [
    await start('agent', {}),
    await start('verifying-agent', { TAGS: 'verified', JWK_URL: jwkUrl, JWT_EMAIL_CLAIM: 'email' }),
  ];
  return { drain: (seconds: number) => Promise.all(agents.map((agent) => agent.drain(seconds))) };
}
