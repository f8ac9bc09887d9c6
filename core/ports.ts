import type { AuditRecord } from './audit.ts';
import type { UsageEntry } from './daily-usage.ts';
import type { ExecutionId, LedgerRecords, RecordName } from './execution.ts';
import type { Redacted } from './redaction/redacted.ts';
import type { SecretReference } from './task.ts';
import type { ExecutionTrace } from './trace.ts';

/**
 * The doors of the core. Each is implemented once per side in `adapters/`, and every implementation passes
 * the same contract suite in `test/contract/`.
 */

/** Time, so that nothing in the core reads a clock or sleeps by itself. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves after `milliseconds`, or at once when `signal` aborts; it never rejects. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Says only "look at execution X": whoever is woken decides from the ledger alone. Messages may arrive twice,
 * late and in any order.
 */
export interface Queue {
  send(executionId: ExecutionId): Promise<void>;
}

/**
 * One prefix of records per execution, each created once and never changed: the records *are* the state
 * machine (`docs/decisions/0002-create-only-ledger.md`).
 */
export interface Ledger {
  /** Creates the record, durably and whole. False when it exists already: then nothing is changed. */
  create<N extends RecordName>(id: ExecutionId, name: N, record: LedgerRecords[N]): Promise<boolean>;
  read<N extends RecordName>(id: ExecutionId, name: N): Promise<LedgerRecords[N] | undefined>;
  /** Executions that have a `task` record and were not closed. */
  open(): AsyncIterable<ExecutionId>;
  /**
   * Ends an execution: deletes what may hold scripts, tokens or raw output, and keeps the permanent records
   * (`claim-…`, `refused`, `started`, `reported` …), so that a message that comes back in a year still starts nothing.
   */
  close(id: ExecutionId): Promise<void>;
  /** Writes part number `part` (1, 2, 3 …) of the raw output: frames as in `core/output.ts`. */
  writeOutput(id: ExecutionId, part: number, frames: Uint8Array): Promise<void>;
  /** The part's bytes, or undefined while it does not exist. */
  readOutput(id: ExecutionId, part: number): Promise<Uint8Array | undefined>;
}

/**
 * What is known of the vCPU seconds of each UTC day (`2026-11-20`): entries that are added and never changed, and that
 * are gone some days later. `core/daily-usage.ts` sums them up.
 */
export interface Usage {
  /** Again is as once. */
  add(day: string, entry: UsageEntry): Promise<void>;
  /** It does not matter whether they are there. */
  remove(day: string, entries: readonly UsageEntry[]): Promise<void>;
  list(day: string): Promise<UsageEntry[]>;
}

/** Starts the compute of one execution. */
export interface Launcher {
  /** Starts a runner. Calling it again may start a second one: the permanent claim makes that harmless. */
  launch(request: LedgerRecords['launching']): Promise<LedgerRecords['launched']>;
  /** Asks the runner to end: it gets SIGTERM, reports and leaves. No error when it has ended already. */
  stop(launchId: string): Promise<void>;
  /** Whether the runner may still write a result. */
  inspect(launchId: string): Promise<LaunchState>;
}

/**
 * `cause` completes "its end is unknown:", with a remedy. `mayPass: false` says that another launch would end the
 * same way.
 */
export type LaunchState = { running: true } | { running: false; cause: string; mayPass?: boolean };

/** Keeps the redacted logs in the customer's own storage. */
export interface LogStore {
  /** Stores the log whole, replacing an earlier try. Resolves when it is durable. */
  write(id: ExecutionId, log: AsyncIterable<Redacted>): Promise<StoredLog>;
}

/** Where those who watch over the agent read what it decided and what came of it: `docs/audit.md`. */
export interface Audit {
  /**
   * Resolves when the record is where it has to be, everywhere. A record may be written more than once.
   * @throws AgentError `audit-failed`, retryable: then nothing may start.
   */
  write(record: AuditRecord): Promise<void>;
}

/** A log that was redacted before it was stored. */
export interface StoredLog {
  bytes: number;
  /** The text in UTF-8, from its start; may be called again for another try. */
  read(): AsyncIterable<Uint8Array>;
  /** Where a person finds it: a path or an address of the console. */
  location: string;
}

/** Keeps the traces of executions that have ended. */
export interface Tracer {
  /** Soon over, and never throws: a trace that is lost harms nothing. */
  record(execution: ExecutionTrace): Promise<void>;
}

/** One kind of secret store. Implementations are one file each in `adapters/`. */
export interface Secrets {
  /** The secret as an object of strings. Throws `secrets-invalid`; the message never holds a value. */
  fetch(reference: SecretReference): Promise<SecretMap>;
  /**
   * Gives back what was lent for this one execution, such as a database user with a lease, after its command has
   * ended. Never throws: what cannot be given back ends by itself.
   */
  release?(): Promise<void>;
}

/** Keys such as `PG_HOST` with their values. Lives in the execution's container only. */
export type SecretMap = Readonly<Record<string, string>>;
