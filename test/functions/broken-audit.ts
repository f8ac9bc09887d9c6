import { AgentError } from '../../core/errors.ts';
import type { MemoryAgent } from './memory-agent.ts';

export const auditFailure = new AgentError('audit-failed', 'The bus is not there.', { retryable: true });

/** From now on no record is taken, until it is mended with what this returns. */
export function breakAudit({ auditing: { audit } }: MemoryAgent): () => void {
  const { write } = audit;
  audit.write = async () => {
    throw auditFailure;
  };
  return () => {
    audit.write = write;
  };
}

/** What is in the trail so far. */
export function auditedIds({ auditing: { audit } }: MemoryAgent): string[] {
  return audit.records.map(({ id }) => id);
}
