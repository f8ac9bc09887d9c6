import { AgentError } from '../core/errors.ts';

const majorMin = 24;

/**
 * Older versions start the agent, and then fail each task.
 * @throws AgentError `config-invalid` when this one is too old.
 */
export function requireNode(version: string): void {
  if (Number.parseInt(version, 10) >= majorMin) return;
  throw new AgentError(
    'config-invalid',
    `The agent needs Node ${majorMin} or newer. This is Node ${version}.`,
  );
}
