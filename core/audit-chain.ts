import * as z from 'zod/mini';
import { type AuditRecord, auditRecordSchema, type Sha256 } from './audit.ts';

/**
 * Audit records as a chain. Each link is an object that was created once, under a key with its number; it names the
 * SHA-256 of the bytes of the link before it, and its own. Who changes, takes away or moves a link breaks the chain.
 *
 *     chain/999999999997-000000000002.json
 *     {"sequence":2,"previous":"<of the bytes of link 1>","record":{…},"sha256":"<of the three before it>"}
 */
export const chainPrefix = 'chain/';

const digits = 12;
const numberMax = 10 ** digits - 1;

/** The first link has no other before it. */
export interface Head {
  sequence: number;
  /** SHA-256 of the bytes of its object. */
  sha256: string | null;
}

export const noHead: Head = { sequence: 0, sha256: null };

/** Begins with what is left of the highest number, so that the newest link is the first of every list. */
export function linkKey(sequence: number): string {
  const padded = (number: number) => String(number).padStart(digits, '0');
  return `${chainPrefix}${padded(numberMax - sequence)}-${padded(sequence)}.json`;
}

/** The number in a key, with or without its folder; undefined when it is no key of a link. */
export function sequenceOf(key: string): number | undefined {
  const sequence = Number(/-(\d{12})\.json$/.exec(key)?.[1]);
  return sequence > 0 && linkKey(sequence).endsWith(key.slice(key.lastIndexOf('/') + 1))
    ? sequence
    : undefined;
}

/** The link after `head`. */
export function linkAfter(head: Head, record: AuditRecord, sha256: Sha256): { key: string; text: string } {
  const content = { sequence: head.sequence + 1, previous: head.sha256, record };
  const text = JSON.stringify({ ...content, sha256: sha256(JSON.stringify(content)) });
  return { key: linkKey(content.sequence), text };
}

const linkSchema = z.strictObject({
  sequence: z.int(),
  previous: z.nullable(z.string()),
  record: auditRecordSchema,
  sha256: z.string(),
});

/**
 * The record in the bytes of the link that has to come after `head`, or a sentence about what is wrong with it.
 */
export function readLink(
  head: Head,
  bytes: Uint8Array,
  sha256: Sha256,
): { record: AuditRecord } | { problem: string } {
  const text = textOf(bytes);
  const value = text === undefined ? undefined : jsonOf(text);
  const parsed = linkSchema.safeParse(value);
  if (!parsed.success || JSON.stringify(value) !== text)
    return { problem: 'it is no link as the agent writes it' };
  const { sequence, previous, record, sha256: own } = parsed.data;
  if (sequence !== head.sequence + 1) return { problem: `it says that it is link ${sequence}` };
  if (previous !== head.sha256) return { problem: 'the link before it is not the one that it names' };
  const content = JSON.stringify(value).replace(/,"sha256":"\w*"\}$/, '}');
  if (sha256(content) !== own) return { problem: 'its content is not the one whose SHA-256 it has' };
  return { record };
}

/** Undefined when the bytes are no UTF-8. A mark at the start is a character like any other. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
