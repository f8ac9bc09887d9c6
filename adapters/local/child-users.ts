import { readFileSync } from 'node:fs';
import type { ExecutionId } from '../../core/execution.ts';
import { pidOf } from './process-id.ts';

/** Which users the commands run as. */
export interface ChildUsers {
  /** The variables that tell a runner its child's user; none where the agent has no right to change users. */
  take(id: ExecutionId): Record<string, string>;
  /** Remembers the user of a runner that an earlier agent launched. */
  adopt(id: ExecutionId, launchId: string): void;
  free(id: ExecutionId): void;
}

/**
 * A user for each execution that runs at the same time, so that none can read another's environment, files or
 * memory: `firstUid` and those after it, of which the lowest free one is taken.
 */
export function childUsers(firstUid: number, isRoot: boolean): ChildUsers {
  const taken = new Map<ExecutionId, number>();
  return {
    take(id) {
      if (!isRoot) return {};
      const others = new Set(taken.values());
      let uid = taken.get(id) ?? firstUid;
      while (!taken.has(id) && others.has(uid)) uid++;
      taken.set(id, uid);
      return { RUNOPS_CHILD_UID: String(uid), RUNOPS_CHILD_GID: String(uid) };
    },
    adopt(id, launchId) {
      const uid = uidOf(pidOf(launchId));
      if (uid !== undefined) taken.set(id, uid);
    },
    free(id) {
      taken.delete(id);
    },
  };
}

/** Only root may look, and only Linux has it; elsewhere children run as the agent itself. */
function uidOf(runnerPid: number): number | undefined {
  try {
    const environment = readFileSync(`/proc/${runnerPid}/environ`, 'utf8').split('\0');
    const variable = environment.find((entry) => entry.startsWith('RUNOPS_CHILD_UID='));
    return variable === undefined ? undefined : Number(variable.split('=')[1]);
  } catch {
    return undefined;
  }
}
