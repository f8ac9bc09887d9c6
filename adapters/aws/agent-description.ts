import type { AgentDescription } from '../../core/control-plane.ts';

export interface DescribedAgent {
  RUNOPS_VERSION: string;
  RUNOPS_INSTANCE: string;
  JWK_VERIFY: boolean;
  CAPABILITIES: string;
}

/** How all functions of one deployment make themselves known: to the API they are one agent. */
export function agentDescription(env: DescribedAgent): AgentDescription {
  return {
    version: env.RUNOPS_VERSION,
    // There is no host: the installation says where the agent is.
    hostname: env.RUNOPS_INSTANCE,
    jwkVerify: env.JWK_VERIFY,
    capabilities: env.CAPABILITIES.split(',').map((type) => type.trim()),
    instance: env.RUNOPS_INSTANCE,
  };
}
