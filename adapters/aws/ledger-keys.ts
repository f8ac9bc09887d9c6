import { type ExecutionId, isPermanent } from '../../core/execution.ts';

/**
 * Where everything of an execution lies in its buckets. Lifecycle rules and the permissions of one execution's role
 * go by these prefixes: what is permanent is apart from what passes.
 */
export const openPrefix = 'open/';

/** What the executions of each day have used: `usage.ts`. */
export const usagePrefix = 'usage/';

/** The mark of an execution that is not closed. */
export function markKey(id: ExecutionId): string {
  return `${openPrefix}${id}`;
}

/** All records that go when the execution is closed. */
export function passingPrefix(id: ExecutionId): string {
  return `work/${id}/`;
}

/** The records that stay. */
export function permanentPrefix(id: ExecutionId): string {
  return `executions/${id}/`;
}

export function recordKey(id: ExecutionId, name: string): string {
  return `${isPermanent(name) ? permanentPrefix(id) : passingPrefix(id)}${name}`;
}

export function outputPrefix(id: ExecutionId): string {
  return `output/${id}/`;
}

/** Padded, so that the console lists the parts in their order. */
export function partKey(id: ExecutionId, part: number): string {
  return `${outputPrefix(id)}${String(part).padStart(6, '0')}`;
}

export function logKey(id: ExecutionId): string {
  return `logs/${id}.log`;
}
