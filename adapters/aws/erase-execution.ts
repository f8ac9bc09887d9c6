import { DeleteObjectsCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ExecutionId } from '../../core/execution.ts';
import { logKey, markKey, outputPrefix, passingPrefix, permanentPrefix, usagePrefix } from './ledger-keys.ts';

/** The names of the buckets of a deployment. */
export interface DeploymentBuckets {
  ledger: string;
  output: string;
  logs: string;
}

/**
 * Takes all that there is of an execution out of the buckets, its permanent records and every version too. Only of a
 * self-test: of another execution it would be evidence, and the claim that keeps it from running twice.
 * @throws what S3 throws.
 */
export async function eraseExecution(
  s3: S3Client,
  { ledger, output, logs }: DeploymentBuckets,
  id: ExecutionId,
): Promise<void> {
  await erase(s3, output, outputPrefix(id));
  await erase(s3, logs, logKey(id));
  await erase(s3, ledger, passingPrefix(id));
  await erase(s3, ledger, permanentPrefix(id));
  // By days, of which a test may have seen two.
  await erase(s3, ledger, usagePrefix, (key) => key.split('/').includes(id));
  await erase(s3, ledger, markKey(id));
}

/** A bucket that keeps no versions lists each object as the version `null`. One page is enough for a self-test. */
async function erase(
  s3: S3Client,
  Bucket: string,
  Prefix: string,
  isWanted: (key: string) => boolean = () => true,
): Promise<void> {
  const page = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix }));
  const all = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
  const Objects = all
    .map(({ Key = '', VersionId }) => ({ Key, VersionId }))
    .filter(({ Key }) => isWanted(Key));
  if (Objects.length === 0) return;
  const { Errors: [failed] = [] } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  if (failed)
    throw new Error(`s3:DeleteObject on ${failed.Key} in the bucket ${Bucket} failed: ${failed.Code}.`);
}
