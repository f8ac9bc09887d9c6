import { readdirSync, readFileSync } from 'node:fs';
import type { TestServer } from './test-server.ts';

/** The processes of the runners of this server's agents; Linux only. */
export function runnersOf({ home }: TestServer): number[] {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => readProc(pid, 'environ').includes(`RUNOPS_LEDGER=file://${home}`)).map(Number);
}

/** A file of a process that may end at any moment; empty then. */
export function readProc(pid: string | number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
