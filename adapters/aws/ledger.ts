import type { S3Client } from '@aws-sdk/client-s3';
import { AgentError } from '../../core/errors.ts';
import { type ExecutionId, type LedgerRecords, parseRecord } from '../../core/execution.ts';
import type { Clock, Ledger } from '../../core/ports.ts';
import { createOnce, type LedgerBucket, pages, read, remove, write } from './ledger-bucket.ts';
import { markKey, openPrefix, outputPrefix, partKey, passingPrefix, recordKey } from './ledger-keys.ts';

export interface S3LedgerOptions {
  s3: S3Client;
  /** Records and marks. */
  ledgerBucket: string;
  /** The raw output, which has a key and a lifecycle of its own. */
  outputBucket: string;
  clock: Clock;
}

/** A ledger in S3, by conditional writes: `ledger-keys.ts` has its layout. */
export function s3Ledger({ s3, ledgerBucket, outputBucket, clock }: S3LedgerOptions): Ledger {
  const records: LedgerBucket = { s3, name: ledgerBucket, clock };
  const outputs: LedgerBucket = { s3, name: outputBucket, clock };

  return {
    async create(id, name, record) {
      const created = await createOnce(records, recordKey(id, name), JSON.stringify(record));
      // Also by whoever finds the record: its maker may have died before the mark.
      if (name === 'task') await write(records, markKey(id), new Uint8Array());
      return created;
    },
    async read<N extends keyof LedgerRecords>(id: ExecutionId, name: N) {
      const key = recordKey(id, name);
      const bytes = await read(records, key);
      return bytes && parse(name, key, bytes);
    },
    async *open() {
      for await (const keys of pages(records, openPrefix)) {
        yield* keys.map((key) => key.slice(openPrefix.length));
      }
    },
    async close(id) {
      await removeAll(outputs, outputPrefix(id));
      await removeAll(records, passingPrefix(id));
      // The last, so that a close that was cut off is found and done again.
      await remove(records, [markKey(id)]);
    },
    writeOutput: (id, part, frames) => write(outputs, partKey(id, part), frames),
    readOutput: (id, part) => read(outputs, partKey(id, part)),
  };
}

async function removeAll(bucket: LedgerBucket, prefix: string) {
  for await (const keys of pages(bucket, prefix)) await remove(bucket, keys);
}

function parse<N extends keyof LedgerRecords>(name: N, key: string, bytes: Uint8Array): LedgerRecords[N] {
  try {
    return parseRecord(name, new TextDecoder().decode(bytes));
  } catch (cause) {
    const message =
      `The ledger's record ${key} cannot be read. Deploy the version of the agent that wrote it, or a ` +
      'later one.';
    throw new AgentError('ledger-failed', message, { retryable: true, cause });
  }
}
