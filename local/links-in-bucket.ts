import type { ListObjectVersionsCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { explainAwsFailure } from '../adapters/aws/aws-failure.ts';
import { chainPrefix, sequenceOf } from '../core/audit-chain.ts';
import { AgentError } from '../core/errors.ts';
import type { FoundLink } from '../core/verify-chain.ts';

/** How many objects are on their way at once. */
const readsAhead = 32;

/** All that is known of a key: of a link there is one version, which nothing hides. */
interface Listed {
  key: string;
  versions: string[];
  isHidden: boolean;
}

/**
 * The links in a bucket with Object Lock, in the order of their numbers. It looks at every version of every key, so
 * that a link that was hidden or written over is found. The SDK is loaded here: little else of `runops` needs it.
 * @throws AgentError `audit-failed`.
 */
export async function* linksInBucket(
  bucket: string,
  endpoint: string | undefined,
): AsyncGenerator<FoundLink> {
  const sdk = await import('@aws-sdk/client-s3');
  // At another endpoint than Amazon's own, nobody resolves `bucket.host`.
  const s3 = new sdk.S3Client({ forcePathStyle: endpoint !== undefined });
  try {
    const reading: Promise<FoundLink>[] = [];
    for (const listed of await inOrder(sdk, s3, bucket)) {
      const read = readLink(sdk, s3, bucket, listed);
      // Whoever waits for it hears of it.
      read.catch(() => {});
      reading.push(read);
      const [first] = reading.length >= readsAhead ? reading.splice(0, 1) : [];
      if (first) yield await first;
    }
    for (const read of reading) yield await read;
  } finally {
    s3.destroy();
  }
}

type Sdk = typeof import('@aws-sdk/client-s3');

/** Lists name the newest link first, so the whole list is turned round. What is no key of a link comes first. */
async function inOrder({ ListObjectVersionsCommand }: Sdk, s3: S3Client, bucket: string): Promise<Listed[]> {
  const listed = new Map<string, Listed>();
  const found = (key: string) => {
    const known = listed.get(key) ?? { key, versions: [], isHidden: false };
    listed.set(key, known);
    return known;
  };
  let after: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined = {};
  while (after) {
    const command = new ListObjectVersionsCommand({ Bucket: bucket, Prefix: chainPrefix, ...after });
    const page: ListObjectVersionsCommandOutput = await s3
      .send(command)
      .catch(failed('s3:ListBucketVersions', `the bucket ${bucket}`));
    for (const { Key = '', VersionId = '' } of page.Versions ?? []) found(Key).versions.push(VersionId);
    for (const { Key = '' } of page.DeleteMarkers ?? []) found(Key).isHidden = true;
    after = page.IsTruncated
      ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
      : undefined;
  }
  return [...listed.values()].sort((one, other) => (sequenceOf(one.key) ?? 0) - (sequenceOf(other.key) ?? 0));
}

async function readLink(sdk: Sdk, s3: S3Client, bucket: string, listed: Listed): Promise<FoundLink> {
  const { key, versions } = listed;
  const [VersionId] = versions;
  const problem = problemOf(listed);
  if (problem || VersionId === undefined) return { key, bytes: new Uint8Array(), problem };
  const command = new sdk.GetObjectCommand({ Bucket: bucket, Key: key, VersionId });
  const { Body } = await s3
    .send(command)
    .catch(failed('s3:GetObjectVersion', `${key} in the bucket ${bucket}`));
  return { key, bytes: (await Body?.transformToByteArray()) ?? new Uint8Array() };
}

function problemOf({ key, versions, isHidden }: Listed): string | undefined {
  if (sequenceOf(key) === undefined) return 'its key is none of a link';
  if (isHidden) return 'it was deleted; its version may still be there';
  return versions.length > 1 ? `it was written ${versions.length} times` : undefined;
}

function failed(action: string, resource: string) {
  return (cause: unknown): never => {
    const message = `The chain cannot be read: ${explainAwsFailure(cause, { action, resource })}`;
    throw new AgentError('audit-failed', message, { cause });
  };
}
