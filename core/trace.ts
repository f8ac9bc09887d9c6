import * as z from 'zod/mini';
import type { ExecutionId, LedgerRecords } from './execution.ts';
import { snakeCaseKeys } from './task.ts';

/** One execution, as those know it who follow a request through several systems. */
export interface Trace {
  /** 32 hex digits: the API's own where the task brought one. */
  traceId: string;
  /** The span of the API that asked for the task: 16 hex digits. */
  parentId: string | null;
  /** False only where the API says that nobody records this request. */
  sampled: boolean;
  /** What the ids of this execution's own spans begin with: 15 hex digits. */
  spanPrefix: string;
}

/** The parts of an execution that take time. `redaction` is a part of `report`, and all are parts of `execution`. */
export const spanNames = [
  'execution',
  'queue',
  'decision',
  'launch',
  'command',
  'report',
  'redaction',
] as const;
export type SpanName = (typeof spanNames)[number];

/** What became of a part: `error` is the user's own affair, `fault` is ours. */
export type SpanOutcome = 'ok' | 'error' | 'fault';

/** A part of an execution, in milliseconds since the epoch. The children are within their parent. */
export interface Span {
  name: SpanName;
  startedAt: number;
  endedAt: number;
  outcome: SpanOutcome;
  children: readonly Span[];
}

/** The whole trace of an execution that has ended; `labels` are what it can be found by, and hold no user data. */
export interface ExecutionTrace {
  trace: Trace;
  root: Span;
  labels: Readonly<Record<string, string>>;
}

/**
 * The trace of an execution, from its record `task` alone, so that every function comes to the same. What the API sent
 * counts only where it is hex digits: `traceparent`, else `x_b3_trace_id` with `x_b3_parent_span_id`.
 */
export function traceOf(id: ExecutionId, task: LedgerRecords['task']): Trace {
  const spanPrefix = hash(`spans of ${id} ${task.receivedAt}`).slice(1);
  const given = givenSchema.parse(snakeCaseKeys(task.input));
  const theirs = ofTraceparent(given.traceparent) ?? ofB3(given.x_b3_trace_id, given.x_b3_parent_span_id);
  return { ...(theirs ?? { traceId: ownTraceId(id, task), parentId: null, sampled: true }), spanPrefix };
}

/** The id of a span: 16 hex digits, another one for each part of each execution. */
export function spanIdOf({ spanPrefix }: Trace, name: SpanName): string {
  return spanPrefix + (spanNames.indexOf(name) + 1).toString(16);
}

/** The header that lets the API join: https://www.w3.org/TR/trace-context/#traceparent-header */
export function traceparentOf(trace: Trace, name: SpanName): string {
  return `00-${trace.traceId}-${spanIdOf(trace, name)}-${trace.sampled ? '01' : '00'}`;
}

const text = z.catch(z.string(), '');
const givenFields = { traceparent: text, x_b3_trace_id: text, x_b3_parent_span_id: text };
const givenSchema = z.catch(z.object(givenFields), z.object(givenFields).parse({}));

type Theirs = Omit<Trace, 'spanPrefix'>;

function ofTraceparent(header: string): Theirs | undefined {
  const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-|$)/;
  const [, version, traceId = '', parentId = '', flags = '', rest] = pattern.exec(header) ?? [];
  // Later versions may have more fields; this one has none, and ff is no version.
  if (version === 'ff' || (version === '00' && rest) || isZero(traceId) || isZero(parentId)) return undefined;
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** An id of 64 bits has zeros before it: https://github.com/openzipkin/b3-propagation#traceid-1 */
function ofB3(trace: string, parent: string): Theirs | undefined {
  const [traceId = ''] = /^(?:[0-9a-f]{16}|[0-9a-f]{32})$/.exec(trace) ?? [];
  if (isZero(traceId)) return undefined;
  const [parentId = ''] = /^[0-9a-f]{16}$/.exec(parent) ?? [];
  return { traceId: traceId.padStart(32, '0'), parentId: isZero(parentId) ? null : parentId, sampled: true };
}

/**
 * Begins with the second in which the task came, as X-Ray's own do:
 * https://docs.aws.amazon.com/xray/latest/api/API_PutTraceSegments.html
 */
function ownTraceId(id: ExecutionId, { receivedAt }: LedgerRecords['task']): string {
  const seconds = (Math.floor(receivedAt / 1000) >>> 0).toString(16).padStart(8, '0');
  return seconds + hash(`trace of ${id} ${receivedAt}`) + hash(`rest of ${id} ${receivedAt}`).slice(8);
}

function isZero(digits: string): boolean {
  return /^0*$/.test(digits);
}

/** FNV-1a with 64 bits, as 16 hex digits: unique, not secret. https://datatracker.ietf.org/doc/draft-eastlake-fnv/ */
function hash(text: string): string {
  let sum = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    sum = BigInt.asUintN(64, (sum ^ BigInt(byte)) * 0x100000001b3n);
  }
  return sum.toString(16).padStart(16, '0');
}
