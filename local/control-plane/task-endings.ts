import type { Plane } from './plane.ts';

/** How a task ends that no agent ever had: its user or a reviewer stopped it. */
export interface Ending {
  status: 'failure' | 'rejected';
  reason: 'killed' | 'rejected';
  logs: string;
}

/** Ends a task that is not running yet. The user's token is forgotten with it. */
export function endUnstarted({ store: { sql }, waits, clock }: Plane, taskId: number, ending: Ending): void {
  sql.run`
    update tasks set status = ${ending.status}, reason = ${ending.reason}, logs = ${ending.logs},
      log_bytes = ${Buffer.byteLength(ending.logs)}, redacted = 1, ended_at = ${clock.now()}, token = null
    where id = ${taskId} and status in ('created', 'pending-review', 'approved', 'ready')`;
  waits.ended(taskId);
}
