import type { EncryptionKeys } from './encryption-keys.ts';
import { allow, allowKeys, type Permission } from './permissions.ts';
import type { Storage } from './storage.ts';

/** What a function does with the ledger. Names of records are as in `core/execution.ts`; a star is any execution. */
export interface LedgerUse {
  readonly reads: readonly string[];
  readonly creates: readonly string[];
  /** Whether it ends executions: deletes what may hold scripts, tokens or raw output. */
  readonly closes: boolean;
}

/** The permissions for a use of the ledger, records and raw output. */
export function ledgerPermissions(
  { reads, creates, closes }: LedgerUse,
  { storage: { ledger, output }, keys }: { storage: Storage; keys: EncryptionKeys },
): Permission[] {
  const objects = (keysOfObjects: readonly string[]) => keysOfObjects.map((key) => ledger.arnForObjects(key));
  const listed = closes ? [ledger.bucketArn, output.bucketArn] : [ledger.bucketArn];
  const deleted = [...objects(['work/*', 'open/*']), output.arnForObjects('output/*')];
  return [
    allow(['s3:GetObject'], objects(reads), anyExecution),
    allow(['s3:PutObject'], objects(creates), anyExecution),
    // Without it S3 says "forbidden" for a record that is not there.
    allow(['s3:ListBucket'], listed),
    ...(closes ? [allow(['s3:DeleteObject'], deleted, anyExecution)] : []),
    ...allowKeys('s3', ['kms:Decrypt', 'kms:GenerateDataKey'], [keys.data]),
  ];
}

export const anyExecution = {
  star: 'The star is the id of an execution, and the function works for all of them.',
};
