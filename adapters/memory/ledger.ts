import { type ExecutionId, isPermanent, type LedgerRecords, parseRecord } from '../../core/execution.ts';
import type { Ledger } from '../../core/ports.ts';

/** A ledger in memory, for tests. Records pass through JSON, as they do everywhere else. */
export function memoryLedger(): Ledger {
  const open = new Set<ExecutionId>();
  const records = new Map<string, string>();
  const outputs = new Map<string, Uint8Array>();

  return {
    async create(id, name, record) {
      const key = `${id}/${name}`;
      if (name === 'task') open.add(id);
      if (records.has(key)) return false;
      records.set(key, JSON.stringify(record));
      return true;
    },
    async read<N extends keyof LedgerRecords>(id: ExecutionId, name: N) {
      const text = records.get(`${id}/${name}`);
      return text === undefined ? undefined : parseRecord(name, text);
    },
    async *open() {
      yield* [...open];
    },
    async close(id) {
      for (const key of outputs.keys()) if (key.startsWith(`${id}/`)) outputs.delete(key);
      for (const key of records.keys()) {
        const [execution, name = ''] = key.split('/');
        if (execution === id && !isPermanent(name)) records.delete(key);
      }
      open.delete(id);
    },
    async writeOutput(id, part, frames) {
      outputs.set(`${id}/${part}`, frames.slice());
    },
    async readOutput(id, part) {
      return outputs.get(`${id}/${part}`);
    },
  };
}
