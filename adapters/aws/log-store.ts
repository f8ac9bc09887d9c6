import { Readable } from 'node:stream';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { AgentError } from '../../core/errors.ts';
import type { LogStore } from '../../core/ports.ts';
import type { Redacted } from '../../core/redaction/redacted.ts';
import { explainAwsFailure } from './aws-failure.ts';
import { logKey } from './ledger-keys.ts';

/** One part at a time: no more than a few parts of 5 MiB are ever in memory, and nothing is redacted in vain. */
const partsAtOnce = 1;

/** Redacted logs in a bucket, at `logs/<id>.log`. */
export function s3LogStore({
  s3,
  bucket,
  region,
}: {
  s3: S3Client;
  bucket: string;
  region: string;
}): LogStore {
  const failed = (action: string, key: string, cause: unknown) => {
    const call = { action, resource: `${key} in the bucket ${bucket}` };
    const message = `The redacted log could not be ${action === 's3:PutObject' ? 'stored' : 'read'}. `;
    return new AgentError('log-store-failed', message + explainAwsFailure(cause, call), {
      retryable: true,
      cause,
    });
  };

  async function* read(key: string): AsyncGenerator<Uint8Array> {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      if (!(Body instanceof Readable)) throw new TypeError('The answer has no stream.');
      yield* Body;
    } catch (cause) {
      throw failed('s3:GetObject', key, cause);
    }
  }

  return {
    async write(id, log) {
      const key = logKey(id);
      const { seen, pieces } = watched(log);
      const Body = Readable.from(pieces, { objectMode: true, highWaterMark: 1 });
      const params = { Bucket: bucket, Key: key, Body, ContentType: 'text/plain; charset=utf-8' };
      try {
        await new Upload({ client: s3, params, queueSize: partsAtOnce }).done();
      } catch (thrown) {
        // Errors of the redactor go through untouched: they decide whether the output is withheld.
        if (seen.failure) throw seen.failure.thrown;
        throw failed('s3:PutObject', key, thrown);
      }
      return { bytes: seen.bytes, location: consoleAddress(region, bucket, key), read: () => read(key) };
    },
  };
}

/** The log in pieces of bytes: how many they were, and what the log itself threw. */
function watched(log: AsyncIterable<Redacted>) {
  const seen: { bytes: number; failure?: { thrown: unknown } } = { bytes: 0 };
  async function* pieces() {
    const source = log[Symbol.asyncIterator]();
    const next = () =>
      source.next().catch((thrown) => {
        seen.failure = { thrown };
        throw thrown;
      });
    // No `for await` with a `catch`: an upload that fails throws its own error into `yield`.
    try {
      for (let step = await next(); !step.done; step = await next()) {
        const piece = Buffer.from(step.value);
        seen.bytes += piece.length;
        yield piece;
      }
    } finally {
      await source.return?.();
    }
  }
  return { seen, pieces: pieces() };
}

/** The object's page in the console; the other partitions of AWS have consoles of their own. */
function consoleAddress(region: string, bucket: string, key: string): string {
  const domain = region.startsWith('cn-')
    ? 'console.amazonaws.cn'
    : region.startsWith('us-gov-')
      ? 'console.amazonaws-us-gov.com'
      : `${region}.console.aws.amazon.com`;
  const query = new URLSearchParams({ region, prefix: key });
  return `https://${domain}/s3/object/${encodeURIComponent(bucket)}?${query}`;
}
