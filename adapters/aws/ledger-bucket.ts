import { randomUUID } from 'node:crypto';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { AgentError, type AgentErrorCode } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { awsFailure, explainAwsFailure, mayPass } from './aws-failure.ts';
import { tryAgain } from './try-again.ts';

/** One bucket of the ledger. What fails for good, after some tries, is AgentError `ledger-failed`, retryable. */
export interface LedgerBucket {
  s3: S3Client;
  name: string;
  clock: Clock;
  /** What its failures are called when it is not the ledger's. */
  failure?: { code: AgentErrorCode; sentence: string };
}

const ledgerFailure = { code: 'ledger-failed', sentence: 'The ledger cannot be used' } as const;

const patience = { tries: 4, pauseMilliseconds: 200 };

/** Who created an object: a new word for each call of `createOnce`. */
const nonceName = 'nonce';

/** False when there is an object of another call under this key: then nothing is changed. */
export async function createOnce(bucket: LedgerBucket, key: string, text: string): Promise<boolean> {
  const nonce = randomUUID();
  return request(bucket, 's3:PutObject', key, async () => {
    if (await put(bucket, key, text, { [nonceName]: nonce })) return true;
    // The answer to an earlier try of this call may have been lost, here or within the SDK.
    return (await nonceOf(bucket, key)) === nonce;
  });
}

/** False when there is an object under this key, which an earlier try of this call may have made. */
export async function createNew(bucket: LedgerBucket, key: string, text: string): Promise<boolean> {
  return request(bucket, 's3:PutObject', key, () => put(bucket, key, text));
}

async function put(bucket: LedgerBucket, key: string, text: string, Metadata?: Record<string, string>) {
  const input = { Bucket: bucket.name, Key: key, Body: text, ContentType: 'application/json' };
  try {
    await bucket.s3.send(new PutObjectCommand({ ...input, IfNoneMatch: '*', ...(Metadata && { Metadata }) }));
    return true;
  } catch (thrown) {
    if (awsFailure(thrown).status === 412) return false;
    throw thrown;
  }
}

/** Creates or replaces. The bytes are not looked at any more once it resolves. */
export async function write(bucket: LedgerBucket, key: string, body: Uint8Array): Promise<void> {
  const input = { Bucket: bucket.name, Key: key, Body: body };
  await request(bucket, 's3:PutObject', key, () => bucket.s3.send(new PutObjectCommand(input)));
}

/** The object's bytes; undefined when there is none. */
export async function read(bucket: LedgerBucket, key: string): Promise<Uint8Array | undefined> {
  const get = async () => {
    const { Body } = await bucket.s3.send(new GetObjectCommand({ Bucket: bucket.name, Key: key }));
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  };
  return request(bucket, 's3:GetObject', key, async () => {
    try {
      return await get();
    } catch (thrown) {
      const { kind, name } = awsFailure(thrown);
      if (name === 'NoSuchKey') return undefined;
      if (kind !== 'denied') throw thrown;
      // Whoever may not list gets 403 for a missing key too. One that is listed may have come since.
      // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_Permissions
      return (await isListed(bucket, key)) ? await get() : undefined;
    }
  });
}

/** The keys with this prefix, page by page. */
export async function* pages(bucket: LedgerBucket, prefix: string): AsyncGenerator<string[]> {
  let after: string | undefined;
  do {
    const input = { Bucket: bucket.name, Prefix: prefix, ContinuationToken: after };
    const page = await request(bucket, 's3:ListBucket', prefix, () =>
      bucket.s3.send(new ListObjectsV2Command(input)),
    );
    yield (page.Contents ?? []).flatMap(({ Key }) => Key ?? []);
    after = page.NextContinuationToken;
  } while (after !== undefined);
}

/** The first of the keys with this prefix, in the order of their bytes; undefined when there is none. */
export async function firstKey(bucket: LedgerBucket, prefix: string): Promise<string | undefined> {
  return request(bucket, 's3:ListBucket', prefix, async () => {
    const input = { Bucket: bucket.name, Prefix: prefix, MaxKeys: 1 };
    const { Contents } = await bucket.s3.send(new ListObjectsV2Command(input));
    return Contents?.[0]?.Key;
  });
}

/** Deletes up to a thousand objects; it does not matter whether they are there. */
export async function remove(bucket: LedgerBucket, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true };
  await request(bucket, 's3:DeleteObject', keys[0] ?? '', async () => {
    const { Errors } = await bucket.s3.send(new DeleteObjectsCommand({ Bucket: bucket.name, Delete }));
    const [failed] = Errors ?? [];
    if (failed) throw new KeyNotDeleted(failed.Code ?? 'Unknown', failed.Message ?? '');
  });
}

/** A key that could not be deleted, although the answer is a 200. Its name is the code of S3. */
class KeyNotDeleted extends Error {
  override readonly name: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = code;
  }
}

async function nonceOf(bucket: LedgerBucket, key: string): Promise<string | undefined> {
  return request(bucket, 's3:GetObject', key, async () => {
    try {
      const { Metadata } = await bucket.s3.send(new HeadObjectCommand({ Bucket: bucket.name, Key: key }));
      return Metadata?.[nonceName];
    } catch (thrown) {
      // Deleted since.
      if (awsFailure(thrown).status === 404) return undefined;
      throw thrown;
    }
  });
}

async function isListed(bucket: LedgerBucket, key: string): Promise<boolean> {
  // Of all keys that begin alike, the key itself is the first.
  return (await firstKey(bucket, key)) === key;
}

async function request<T>(
  bucket: LedgerBucket,
  action: string,
  key: string,
  send: () => Promise<T>,
): Promise<T> {
  const isOurs = (thrown: unknown) => thrown instanceof AgentError;
  try {
    return await tryAgain(bucket.clock, patience, (thrown) => !isOurs(thrown) && mayPass(thrown), send);
  } catch (thrown) {
    if (isOurs(thrown)) throw thrown;
    const isWithoutBucket = awsFailure(thrown).kind === 'missing';
    const resource = isWithoutBucket ? `the bucket ${bucket.name}` : `${key} in the bucket ${bucket.name}`;
    const { code, sentence } = bucket.failure ?? ledgerFailure;
    const message = `${sentence}: ${explainAwsFailure(thrown, { action, resource })}`;
    throw new AgentError(code, message, { retryable: true, cause: thrown });
  }
}
