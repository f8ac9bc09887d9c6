import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { AgentError } from '../../core/errors.ts';
import type { ExecutionId } from '../../core/execution.ts';
import { explainAwsFailure } from './aws-failure.ts';
import { logKey } from './ledger-keys.ts';

/**
 * The redacted log of an execution, as `log-store.ts` stored it; for logs that are short.
 * @throws AgentError `log-store-failed`, retryable; also when there is no log.
 */
export async function readStoredLog(s3: S3Client, bucket: string, id: ExecutionId): Promise<string> {
  const key = logKey(id);
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await Body?.transformToString()) ?? '';
  } catch (cause) {
    const call = { action: 's3:GetObject', resource: `${key} in the bucket ${bucket}` };
    const message = `The redacted log could not be read. ${explainAwsFailure(cause, call)}`;
    throw new AgentError('log-store-failed', message, { retryable: true, cause });
  }
}
