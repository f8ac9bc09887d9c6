import * as z from 'zod/mini';
import { type ExecutionId, reasonSchema, type Spec } from './execution.ts';
import type { Task } from './task.ts';

/**
 * What the audit trail says of an execution: one record per decision and one for its end. It never holds a script, an
 * output, a token or a secret; of what may be large or raw it has the SHA-256. `docs/audit.md` is about it, and
 * `docs/audit-record.schema.json` is this schema for those who read the records.
 */
export type AuditRecord = z.infer<typeof auditRecordSchema>;

/** SHA-256 of bytes, or of a text in UTF-8, as 64 hexadecimal digits. */
export type Sha256 = (data: string | Uint8Array) => string;

/** Longer texts of a user are cut: an event has room for 256 KB. */
const textCharactersMax = 1000;

const text = z.nullable(z.string().check(z.maxLength(textCharactersMax)));
const digest = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const time = z.iso.datetime();
const bytes = z.int().check(z.gte(0));

/** What both kinds have: who asked for what, and under which rules. */
const subject = {
  version: z.literal(1),
  /** `<execution>/allow`, `<execution>/deny` or `<execution>/end`. Delivery is at least once: drop what you have. */
  id: z.string().check(z.minLength(1)),
  /** When the record was made. */
  at: time,
  agent: z.string(),
  taskId: z.union([z.int(), z.string()]),
  /** `verified`: the identity provider's token of this user was good, and of nobody else. */
  user: z.strictObject({ email: text, groups: text, verified: z.boolean() }),
  type: text,
  target: text,
  description: text,
  /** Of the script that runs; of a denied task, of the one that was asked for. */
  script: z.nullable(z.strictObject({ sha256: digest, bytes })),
  /** Of the policy's canonical JSON. */
  policySha256: z.nullable(digest),
  /** As it is configured; null in a customer's own service, and where no decision was made. */
  image: z.nullable(z.string()),
};

const decisionSchema = z.strictObject({
  ...subject,
  kind: z.literal('decision'),
  decision: z.enum(['allow', 'deny']),
  /** Why it was denied: one of the codes in `core/errors.ts`. */
  code: z.nullable(z.string().check(z.regex(/^[a-z-]+$/))),
});

const endSchema = z.strictObject({
  ...subject,
  kind: z.literal('end'),
  /** What its user was told. */
  status: z.enum(['success', 'failure']),
  reason: reasonSchema,
  exitCode: z.nullable(z.int()),
  /** Null when the command never started. */
  startedAt: z.nullable(time),
  endedAt: time,
  /** The ARN of the ECS task that ran the command. */
  container: z.nullable(z.string()),
  /** Of the image that the container really ran, as ECS said. */
  imageDigest: z.nullable(z.string()),
  /** The redacted log as it was stored first. Withheld: nothing of it left, and nothing is known here. */
  output: z.strictObject({ sha256: z.nullable(digest), bytes: z.nullable(bytes), withheld: z.boolean() }),
});

export const auditRecordSchema = z.discriminatedUnion('kind', [decisionSchema, endSchema]);

/** What is known of a task when something is said of it: all of its spec, or its id alone. */
export type Asked = Pick<Spec, 'taskId'> & Partial<Spec>;

export function askedIn(task: Task): Asked {
  const {
    id: taskId,
    type,
    target,
    description,
    user_email: userEmail,
    user_groups: userGroups,
    script,
  } = task;
  return { taskId, type, target, description, userEmail, userGroups, script };
}

/** The part that both kinds have. `at` is in milliseconds since the epoch. */
export function subjectOf(
  asked: Asked,
  { agent, at, sha256 }: { agent: string; at: number; sha256: Sha256 },
) {
  const { script } = asked;
  return {
    version: 1 as const,
    at: timeOf(at),
    agent,
    taskId: asked.taskId,
    user: {
      email: bounded(asked.userEmail),
      groups: bounded(asked.userGroups),
      verified: asked.userVerified ?? false,
    },
    type: bounded(asked.type),
    target: bounded(asked.target),
    description: bounded(asked.description),
    script: script === undefined ? null : { sha256: sha256(script), bytes: Buffer.byteLength(script) },
    policySha256: asked.policySha256 ?? null,
    image: asked.image ?? null,
  };
}

export function auditId(id: ExecutionId, of: 'allow' | 'deny' | 'end'): string {
  return `${id}/${of}`;
}

/** Milliseconds since the epoch as a record has them. */
export function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** The same value has the same text, however it was written: no spaces, and keys in the order of their characters. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}

function bounded(value: string | null | undefined): string | null {
  if (value === undefined || value === null) return null;
  const whole = value.toWellFormed();
  return whole.length > textCharactersMax
    ? `${whole.slice(0, textCharactersMax - 1).toWellFormed()}…`
    : whole;
}
