import type { AuditRecord } from '../../core/audit.ts';
import type { Audit } from '../../core/ports.ts';

/** An audit trail in memory, for tests. Records pass through JSON, as they do everywhere else. */
export function memoryAudit(): Audit & { records: AuditRecord[] } {
  const records: AuditRecord[] = [];
  return {
    records,
    async write(record) {
      records.push(JSON.parse(JSON.stringify(record)));
    },
  };
}
