import { atOnce } from '../../core/at-once.ts';
import type { Audit } from '../../core/ports.ts';
import { dispatch } from '../../functions/dispatcher/dispatch.ts';
import { report } from '../../functions/reporter/report.ts';
import { bashTask, memoryAgent } from './memory-agent.ts';

/** Carries so many executions from their task to their end, several at once, with the use cases of the functions. */
export async function auditedExecutions(
  audit: Audit,
  { count, writers }: { count: number; writers: number },
) {
  const agent = memoryAgent();
  const deps = { ...agent, auditing: { ...agent.auditing, audit } };
  const ids = Array.from({ length: count }, (_, index) => String(index + 1));
  const failures = await atOnce(writers, ids, async (id) => {
    // Each tenth is denied.
    const type = Number(id) % 10 === 0 ? 'cobol' : 'bash';
    const input = { ...bashTask, id, type, script: `echo ${id}`, user_email: 'ana@example.com' };
    await agent.ledger.create(id, 'task', { receivedAt: agent.clock.now(), input });
    await dispatch(deps, id);
    const now = agent.clock.now();
    await agent.ledger.create(id, 'started', { by: 'runner', launchId: `task/${id}`, startedAt: now });
    await agent.ledger.create(id, 'result', {
      ...{ reason: 'exited', exitCode: 0, message: null, startedAt: now, endedAt: now },
      output: { parts: 0, bytes: 0, cutBytes: 0 },
    });
    await report(deps, id);
  });
  return { agent, failures };
}
