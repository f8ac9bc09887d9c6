import type { ReportBody } from './execution.ts';
import type { StoredLog } from './ports.ts';
import type { Redacted } from './redaction/redacted.ts';
import type { Task } from './task.ts';
import type { Trace } from './trace.ts';

/** Who hands out tasks: the Runops API, as `docs/api.md` describes it. */
export interface ControlPlane {
  /**
   * Makes the agent known. Undefined when the server does not know the call (404): then there are no extensions.
   * @throws AgentError `agent-duplicate` when another live agent has these tags (409).
   */
  register(agent: AgentDescription): Promise<Registration | undefined>;
  /** The ready tasks as the server wrote them: parse each alone, so that a bad one harms no other. */
  readyTasks(): Promise<unknown[]>;
  /** Ids of running tasks that a user wants killed. Empty when the server does not know the call. */
  killRequests(): Promise<Task['id'][]>;
  /** Takes the task: exactly one caller is granted it. The trace lets the API join, here and in `report`. */
  lock(id: Task['id'], trace?: Trace): Promise<Lock>;
  /** Carries redacted output while a task runs. Does nothing once the server has answered 404. */
  progress(
    id: Task['id'],
    chunk: { sequence: number; stream: 'stdout' | 'stderr'; text: Redacted },
  ): Promise<void>;
  /** Puts the redacted log at the pre-signed URL of the lock. An error of `log.read` comes out as it is. */
  upload(url: string, log: Pick<StoredLog, 'bytes' | 'read'>): Promise<void>;
  /** Posts the one result. Safe to repeat with the same body. */
  report(body: ReportBody, trace?: Trace): Promise<void>;
}

export interface AgentDescription {
  version: string;
  hostname: string;
  jwkVerify: boolean;
  capabilities: readonly string[];
  /** Stays the same over restarts of one installation, so that it does not meet itself as a duplicate. */
  instance: string;
}

export interface Registration {
  id: string | null;
  org: string | null;
  pollIntervalMs: number | null;
  webhookExtensions: boolean;
}

/**
 * `refused`: somebody else has it, or it is gone. `unclear`: refused too, but after an earlier try of ours that
 * got no answer, so that the task may be ours.
 */
export type Lock = { outcome: 'granted'; uploadUrl: string | null } | { outcome: 'refused' | 'unclear' };
