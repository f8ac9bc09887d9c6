import type { AuditRecord, Sha256 } from './audit.ts';
import { type Head, noHead, readLink, sequenceOf } from './audit-chain.ts';

/** An object of the chain as somebody found it. `problem` completes "the link": it cannot be what was written. */
export interface FoundLink {
  key: string;
  bytes: Uint8Array;
  problem?: string | undefined;
}

export interface ChainVerdict {
  /** How many links are good, from the first on. */
  links: number;
  /** SHA-256 of the last good one: whoever keeps it can tell later whether anything before it was changed. */
  head: string | null;
  /** The first link that is not good. */
  broken: { sequence: number; key: string; problem: string } | null;
  /** Executions that were allowed more than a day ago and have no end. */
  unended: string[];
}

const patienceMilliseconds = 24 * 3600 * 1000;

/**
 * Walks the chain from its first link. `links` come in the order of their numbers. With `head`, the SHA-256 that an
 * earlier walk had, that link must still be there: the end of a chain can be cut off without a trace in the rest.
 */
export async function verifyChain(
  links: AsyncIterable<FoundLink>,
  { sha256, now, head: wanted }: { sha256: Sha256; now: number; head?: string | undefined },
): Promise<ChainVerdict> {
  const executions = endings();
  let head: Head = noHead;
  let isKnown = wanted === undefined;
  const stop = (broken: ChainVerdict['broken']): ChainVerdict => ({
    ...{ links: head.sequence, head: head.sha256, broken, unended: executions.unended(now) },
  });
  for await (const { key, bytes, problem } of links) {
    const sequence = head.sequence + 1;
    const isNext = sequenceOf(key) === sequence;
    const read = problem || !isNext ? undefined : readLink(head, bytes, sha256);
    if (!read || 'problem' in read) {
      const why = problem ?? read?.problem;
      if (why !== undefined) return stop({ sequence, key, problem: why });
      return stop({ sequence, key: '', problem: `it is missing; the next that is there is ${key}` });
    }
    head = { sequence, sha256: sha256(bytes) };
    isKnown ||= head.sha256 === wanted;
    executions.note(read.record);
  }
  if (head.sequence === 0) return stop({ sequence: 1, key: '', problem: 'there is no record at all' });
  if (isKnown) return stop(null);
  const problem = `the head ${wanted} is not in the chain, whose end was cut off or written anew`;
  return stop({ sequence: head.sequence + 1, key: '', problem });
}

function endings() {
  const allowed = new Map<string, string>();
  const ended = new Set<string>();
  return {
    note({ id, ...record }: AuditRecord) {
      const execution = id.slice(0, id.lastIndexOf('/'));
      if (record.kind === 'end') {
        ended.add(execution);
        allowed.delete(execution);
      } else if (record.decision === 'allow' && !ended.has(execution)) allowed.set(execution, record.at);
    },
    unended: (now: number) =>
      [...allowed]
        .filter(([, at]) => Date.parse(at) < now - patienceMilliseconds)
        .map(([execution]) => execution),
  };
}
