import type { S3Client } from '@aws-sdk/client-s3';
import { chainPrefix, type Head, linkAfter, noHead, sequenceOf } from '../../core/audit-chain.ts';
import { AgentError } from '../../core/errors.ts';
import type { Audit, Clock } from '../../core/ports.ts';
import { sha256 } from '../sha256.ts';
import { createNew, firstKey, type LedgerBucket, read } from './ledger-bucket.ts';

/** Of all who write at once, one gets the next number each time: so many others may be before this one. */
const triesMax = 100;

const failure = { code: 'audit-failed', sentence: 'The audit record cannot be chained' } as const;

/**
 * The audit trail as a chain of objects in a bucket: `core/audit-chain.ts` says how they hold together. Each is created
 * once under the next number (`If-None-Match: *`), so that of many writers one gets it and the others the numbers after
 * it. There is no pointer to the newest that could be wrong: it is the first of the list.
 */
export function s3AuditChain({ s3, bucket, clock }: { s3: S3Client; bucket: string; clock: Clock }): Audit {
  const place: LedgerBucket = { s3, name: bucket, clock, failure };
  return {
    async write(record) {
      let head = await newest(place);
      for (let attempt = 1; attempt <= triesMax; attempt++) {
        const { key, text } = linkAfter(head, record, sha256);
        if (await createNew(place, key, text)) return;
        // Somebody was faster. To go on from there takes fewer calls than to begin, so whoever lost is soon the faster.
        const bytes = await linkAt(place, key);
        // Or it was this very call, whose first answer was lost.
        if (new TextDecoder().decode(bytes) === text) return;
        head = { sequence: head.sequence + 1, sha256: sha256(bytes) };
      }
      throw failed(`${triesMax} other writers were faster, one after the other. It is tried again by itself`);
    },
  };
}

/** A list is of the moment: https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel */
async function newest(place: LedgerBucket): Promise<Head> {
  const key = await firstKey(place, chainPrefix);
  if (key === undefined) return noHead;
  const sequence = sequenceOf(key);
  if (sequence === undefined) {
    throw failed(`${key} in the bucket ${place.name} is none of its links. Verify the chain: docs/audit.md`);
  }
  return { sequence, sha256: sha256(await linkAt(place, key)) };
}

async function linkAt(place: LedgerBucket, key: string): Promise<Uint8Array> {
  const bytes = await read(place, key);
  if (bytes) return bytes;
  throw failed(`${key} is gone from the bucket ${place.name}. Verify the chain: docs/audit.md`);
}

function failed(why: string): AgentError {
  return new AgentError(failure.code, `${failure.sentence}: ${why}.`, { retryable: true });
}
