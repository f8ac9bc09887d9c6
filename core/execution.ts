import * as z from 'zod/mini';
import type { Redacted } from './redaction/redacted.ts';
import { serviceAddressSchema } from './service-address.ts';

/**
 * The one and only run of a task, as the ledger knows it. Each record is created once and never changed; which
 * records exist is the state. In the order of a good day:
 *
 *     task      poller      the API handed it out
 *     claim-1   dispatcher  somebody works on it (claim-2 … after a crash)
 *     lock      dispatcher  the API gave it to us: from here on exactly one result is owed
 *     refused   dispatcher  in place of `lock`: somebody else has it, for good
 *     spec      dispatcher  verified and allowed; all that the runner may know
 *     launching dispatcher  the exact request, written before it is made
 *     launched  dispatcher  what the launcher answered
 *     started   runner      the permanent claim: the one place where "it runs" or "it never runs" is decided
 *     result    runner      how it ended, written last
 *     redacted  reporter    the log is in its store; how often which info type was found
 *     report    reporter    the redacted body, written before it is posted
 *     reported  reporter    the API has it
 *     audited   reporter    the audit trail has its end, where one is configured; only then it is closed
 *
 * `kill` may come at any time; `held-n` says that on day n the daily limit holds it, and that its user was told.
 * `docs/reliability.md` has the whole state machine.
 */
export type ExecutionId = string;

const milliseconds = z.number();

/** How an execution ended; the extension `reason` of the result. */
export const reasonSchema = z.enum(['exited', 'killed', 'timed-out', 'rejected', 'lost', 'withheld']);
export type Reason = z.infer<typeof reasonSchema>;

/** What came of it. `message` is our own sentence for the user; it may quote raw text, so it is redacted too. */
export type Result = z.infer<typeof resultSchema>;
const resultSchema = z.object({
  reason: reasonSchema,
  /** Null when there was no process that could have one. Never a success then. */
  exitCode: z.nullable(z.int()),
  message: z.nullable(z.string()),
  startedAt: z.nullable(milliseconds),
  endedAt: milliseconds,
  /** The raw output in the ledger: how many bytes were kept and cut, in how many parts (null: nobody counted). */
  output: z.object({ parts: z.nullable(z.int()), bytes: z.int(), cutBytes: z.int() }),
});

/** All that the runner may know. Holds the path of the secret, never its value, save for the provider `runops`. */
export type Spec = z.infer<typeof specSchema>;
const specSchema = z.object({
  taskId: z.union([z.int(), z.string()]),
  type: z.string(),
  script: z.string(),
  target: z.nullable(z.string()),
  description: z.nullable(z.string()),
  userEmail: z.nullable(z.string()),
  userGroups: z.nullable(z.string()),
  secret: z.object({
    provider: z.string(),
    path: z.nullable(z.string()),
    config: z.nullable(z.string()),
  }),
  secretMapping: z.nullable(z.string()),
  customCommand: z.nullable(z.string()),
  /** Whether `{{KEY}}` in the script becomes the secret's value: only where the customer's policy says so. */
  renderScript: z.boolean(),
  redact: z.enum(['all', 'none']),
  runSecondsMax: z.number(),
  outputBytesMax: z.int(),
  /** After this moment the runner must not start it: the start deadline, or the expiry of the user's token. */
  startBefore: milliseconds,
  /** The customer's own service, for the types that run in a fresh task of it. */
  service: z.optional(serviceAddressSchema),
  /** For the audit trail: what only the dispatcher knows. The specs of earlier versions have none of it. */
  userVerified: z.optional(z.boolean()),
  policySha256: z.optional(z.string()),
  image: z.optional(z.string()),
});

export type LaunchRequest = z.infer<typeof launchRequestSchema>;
const launchRequestSchema = z.object({
  executionId: z.string(),
  type: z.string(),
  target: z.nullable(z.string()),
  /** The name of the one environment variable with the target's secret, for the provider `env-var`. */
  secretVariable: z.nullable(z.string()),
  service: z.optional(serviceAddressSchema),
});

/** The permanent claim. Whoever creates it decides: a runner that it runs, anyone else that it never will. */
export type Started = z.infer<typeof startedSchema>;
const startedSchema = z.discriminatedUnion('by', [
  z.object({
    by: z.literal('runner'),
    launchId: z.string(),
    startedAt: milliseconds,
    /** What the container runs, as ECS told it: `sha256:…`. */
    imageDigest: z.optional(z.string()),
  }),
  z.object({ by: z.literal('nobody'), result: resultSchema }),
]);

/** The body of the one result, exactly as it is posted (`runops-api` webhook, with its extensions). */
export type ReportBody = z.infer<typeof reportBodySchema>;
const reportBodySchema = z.object({
  id: z.union([z.int(), z.string()]),
  status: z.enum(['success', 'failure']),
  // Only the redactor makes `Redacted`. What is read here was `Redacted` when the record was created.
  logs: z.custom<Redacted>((value) => typeof value === 'string'),
  uploaded: z.boolean(),
  redacted: z.boolean(),
  'elapsed-time-ms': z.int(),
  'log-size': z.int(),
  'exit-code': z.optional(z.int()),
  reason: reasonSchema,
});

/** The schema of each record, by its name without the number of an attempt or of a day. */
const recordSchemas = {
  task: z.object({ receivedAt: milliseconds, input: z.unknown() }),
  claim: z.object({ claimedAt: milliseconds }),
  held: z.object({ heldAt: milliseconds }),
  lock: z.object({ lockedAt: milliseconds, uploadUrl: z.nullable(z.string()) }),
  refused: z.object({ refusedAt: milliseconds }),
  spec: specSchema,
  launching: launchRequestSchema,
  launched: z.object({ launchId: z.string(), launchedAt: milliseconds }),
  started: startedSchema,
  kill: z.object({ requestedAt: milliseconds }),
  result: resultSchema,
  report: reportBodySchema,
  /** What was found and where the log is, for those who run the agent; counts only, never the values. */
  redacted: z.object({
    findings: z.record(z.string(), z.int()),
    bytes: z.int(),
    location: z.string(),
    /** Earlier versions of the agent did not write these two. */
    startedAt: z.optional(milliseconds),
    endedAt: z.optional(milliseconds),
    /** Of the log as it was stored. */
    sha256: z.optional(z.string()),
  }),
  /** All that stays of what the user was told. Version 0.1.0 wrote the time alone. */
  reported: z.object({
    reportedAt: milliseconds,
    status: z.optional(reportBodySchema.shape.status),
    reason: z.optional(reasonSchema),
  }),
  audited: z.object({ auditedAt: milliseconds }),
};

type Schemas = typeof recordSchemas;

export type LedgerRecords = { [N in Exclude<keyof Schemas, 'claim' | 'held'>]: z.infer<Schemas[N]> } & {
  [claim: `claim-${number}`]: z.infer<Schemas['claim']>;
  [held: `held-${number}`]: z.infer<Schemas['held']>;
};

export type RecordName = keyof LedgerRecords;

/** Kept when an execution is closed: what stops a message that comes back from starting it again. */
export function isPermanent(name: string): boolean {
  return (
    name === 'started' ||
    name === 'redacted' ||
    name === 'reported' ||
    name === 'audited' ||
    name === 'refused' ||
    name.startsWith('claim-')
  );
}

/**
 * Reads a record as an adapter stored it.
 * @throws when the text is not such a record: a ledger that cannot be trusted must stop the execution.
 */
export function parseRecord<N extends RecordName>(name: N, text: string): LedgerRecords[N];
export function parseRecord(name: string, text: string): unknown {
  const schema = Object.entries(recordSchemas).find(([key]) => key === name.replace(/-\d+$/, ''))?.[1];
  if (!schema) throw new RangeError(`"${name}" is not a record of the ledger.`);
  return schema.parse(JSON.parse(text));
}
