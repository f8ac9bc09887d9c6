import type { AuditRecord } from '../../core/audit.ts';

type Decision = Extract<AuditRecord, { kind: 'decision' }>;

/** A decision with `changes` over it. */
export function recordOf(changes: Partial<Decision>): Decision {
  return {
    ...{
      version: 1,
      kind: 'decision',
      id: '7/allow',
      at: '2026-01-01T00:00:00.000Z',
      agent: 'prod',
      taskId: 7,
    },
    user: { email: 'ana@example.com', groups: 'dba', verified: true },
    ...{ type: 'postgres', target: 'orders', description: 'a look' },
    script: { sha256: '0'.repeat(64), bytes: 8 },
    ...{ policySha256: '1'.repeat(64), image: 'postgres@sha256:2', decision: 'allow', code: null },
    ...changes,
  };
}
