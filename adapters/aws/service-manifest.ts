import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { scriptWords } from '../../core/command-words.ts';
import { AgentError } from '../../core/errors.ts';
import type { ExecutionId, Spec } from '../../core/execution.ts';
import { limits } from '../../core/limits.ts';
import { secretNamePattern } from '../../core/secret-names.ts';
import { taskMetadata } from '../../core/task-metadata.ts';
import { findType } from '../../core/task-types.ts';
import type { AwsCredentials } from '../secrets/aws-access.ts';
import { explainAwsFailure } from './aws-failure.ts';
import { outputPrefix, passingPrefix } from './ledger-keys.ts';

/** What has to be left of the credentials when the command is stopped: time for its end and its last output. */
const spareSeconds = 120;

export interface ManifestOptions {
  /** The dispatcher's own client, which writes the manifest. */
  s3: S3Client;
  ledgerBucket: string;
  outputBucket: string;
  region: string;
  /** Of the agent's endpoint of S3, where it is not Amazon's. */
  endpoint?: string | undefined;
  program: string;
}

export interface ManifestContent {
  executionId: ExecutionId;
  spec: Spec;
  secretNames: string[];
  /** Those of a session that reaches this execution's records alone. */
  credentials: AwsCredentials;
}

/**
 * Writes down what the container has to know, and returns the address that it gets it by: signed, and good until the
 * start deadline. The container's own role has no part in it: it needs no rights for the agent.
 */
export async function writeManifest(options: ManifestOptions, content: ManifestContent, now: number) {
  const { s3, ledgerBucket, region } = options;
  const { executionId, spec, credentials } = content;
  const key = `${passingPrefix(executionId)}manifest`;
  const body = JSON.stringify(manifestOf(options, content, now));
  await s3.send(new PutObjectCommand({ Bucket: ledgerBucket, Key: key, Body: body })).catch((cause) => {
    const message = explainAwsFailure(cause, {
      action: 's3:PutObject',
      resource: `the bucket ${ledgerBucket}`,
    });
    throw new AgentError('ledger-failed', message, { retryable: true, cause });
  });
  const { endpoint } = options;
  const signer = new S3Client({
    ...{ region, credentials, ...(endpoint && { endpoint, forcePathStyle: true }) },
    // What is asked for with the address makes it longer.
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const expiresIn = Math.max(1, Math.floor((startBefore(spec, now) - now) / 1000));
  return getSignedUrl(signer, new GetObjectCommand({ Bucket: ledgerBucket, Key: key }), { expiresIn });
}

function manifestOf(options: ManifestOptions, content: ManifestContent, now: number) {
  const { ledgerBucket, outputBucket, region, program } = options;
  const { executionId, spec, secretNames, credentials } = content;
  const words = findType(spec.type).oneCommand && scriptWords(spec.script);
  const lifeMilliseconds = (credentials.expiration?.getTime() ?? now) - startBefore(spec, now);
  return {
    ...{ program, executionId, region, secretNames, credentials, secretPattern: secretNamePattern },
    ledgerAddress: addressOf(options, ledgerBucket),
    outputAddress: `${addressOf(options, outputBucket)}/${outputPrefix(executionId).replace(/\/$/, '')}`,
    startBefore: startBefore(spec, now),
    runSecondsMax: Math.max(
      1,
      Math.min(spec.runSecondsMax, Math.floor(lifeMilliseconds / 1000) - spareSeconds),
    ),
    outputBytesMax: spec.outputBytesMax,
    environment: taskMetadata(spec),
    ...(words ? { words } : { script: spec.script }),
  };
}

/** However long a policy lets a task wait, what is left of the credentials after it must be worth a start. */
function startBefore(spec: Spec, now: number): number {
  return Math.min(spec.startBefore, now + limits.startSeconds * 1000);
}

function addressOf({ endpoint, region }: ManifestOptions, bucket: string): string {
  return endpoint ? `${endpoint}/${bucket}` : `https://${bucket}.s3.${region}.amazonaws.com`;
}
