import type { ControlPlane, Lock } from '../../core/control-plane.ts';
import type { ReportBody } from '../../core/execution.ts';
import type { Task } from '../../core/task.ts';

export interface MemoryControlPlane extends ControlPlane {
  ready: unknown[];
  kills: Task['id'][];
  /** What `lock` answers, by task id; without an entry the first lock is granted and a second refused. */
  locks: Map<Task['id'], Lock>;
  reports: ReportBody[];
  uploads: Map<string, string>;
}

/** A control plane in memory, for tests: every field may be read and changed. */
export function memoryControlPlane(): MemoryControlPlane {
  const plane: MemoryControlPlane = {
    ready: [],
    kills: [],
    locks: new Map(),
    reports: [],
    uploads: new Map(),
    async register() {
      return undefined;
    },
    async readyTasks() {
      return plane.ready;
    },
    async killRequests() {
      return plane.kills;
    },
    async lock(id) {
      const lock = plane.locks.get(id) ?? { outcome: 'granted', uploadUrl: null };
      plane.locks.set(id, { outcome: 'refused' });
      return lock;
    },
    async progress() {},
    async upload(url, log) {
      const pieces: Uint8Array[] = [];
      for await (const piece of log.read()) pieces.push(piece);
      plane.uploads.set(url, Buffer.concat(pieces).toString());
    },
    async report(body) {
      plane.reports.push(body);
    },
  };
  return plane;
}
