import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { s3LogStore } from '../../../adapters/aws/log-store.ts';
import { AgentError } from '../../../core/errors.ts';
import type { Redacted } from '../../../core/redaction/redacted.ts';
import { networkError, sdkError } from './sdk-error.ts';

const mebibyte = 1024 * 1024;
const storeIn = (region: string) => s3LogStore({ s3: new S3Client({ region }), bucket: 'the-logs', region });

async function* log(...texts: string[]) {
  for (const text of texts) yield text as Redacted;
}

/** Counts what is taken of a long log, and tells when it is let go. */
function longLog(mebibytes: number, end: () => void = () => {}) {
  const seen = { mebibytes: 0, isLetGo: false };
  async function* pieces() {
    try {
      for (; seen.mebibytes < mebibytes; seen.mebibytes++) yield 'x'.repeat(mebibyte) as Redacted;
      end();
    } finally {
      seen.isLetGo = true;
    }
  }
  return { seen, pieces: pieces() };
}

describe('storing a log in S3', () => {
  it('tells browsers that it is text, and people where it is', async () => {
    const s3 = mockClient(S3Client).on(PutObjectCommand).resolves({});
    const { location } = await storeIn('eu-central-1').write('7', log('hello'));
    expect(s3.commandCalls(PutObjectCommand)[0]?.args[0].input).toMatchObject({
      Bucket: 'the-logs',
      Key: 'logs/7.log',
      ContentType: 'text/plain; charset=utf-8',
    });
    expect(location).toBe(
      'https://eu-central-1.console.aws.amazon.com/s3/object/the-logs?region=eu-central-1&prefix=logs%2F7.log',
    );
    expect((await storeIn('us-gov-west-1').write('7', log())).location).toContain('amazonaws-us-gov.com');
    expect((await storeIn('cn-north-1').write('7', log())).location).toContain('amazonaws.cn');
  });

  it('takes no more of a log than a few parts before the first of them is stored', async () => {
    const { seen, pieces } = longLog(60);
    const takenAtPart: number[] = [];
    const s3 = mockClient(S3Client);
    s3.on(CreateMultipartUploadCommand).resolves({ UploadId: 'u' });
    s3.on(UploadPartCommand).callsFake(() => {
      takenAtPart.push(seen.mebibytes);
      return { ETag: 'e' };
    });
    expect((await storeIn('eu-central-1').write('7', pieces)).bytes).toBe(60 * mebibyte);
    expect(takenAtPart).toHaveLength(12);
    for (const [part, taken] of takenAtPart.entries()) expect(taken).toBeLessThanOrEqual((part + 2) * 5);
  });

  it('aborts the upload when the redactor fails, and throws what the redactor threw', async () => {
    const failure = new AgentError('redaction-failed', 'The detector is down.', { retryable: true });
    const { pieces } = longLog(12, () => {
      throw failure;
    });
    const s3 = mockClient(S3Client);
    s3.on(CreateMultipartUploadCommand).resolves({ UploadId: 'u' });
    s3.on(UploadPartCommand).resolves({ ETag: 'e' });
    s3.on(AbortMultipartUploadCommand).rejects(sdkError('AccessDenied', 403));
    await expect(storeIn('eu-central-1').write('7', pieces)).rejects.toBe(failure);
    expect(s3.commandCalls(AbortMultipartUploadCommand)[0]?.args[0].input).toMatchObject({ UploadId: 'u' });
  });

  it('lets the redactor go when S3 fails, and says what to do', async () => {
    const { seen, pieces } = longLog(100);
    const s3 = mockClient(S3Client);
    s3.on(CreateMultipartUploadCommand).resolves({ UploadId: 'u' });
    s3.on(UploadPartCommand).rejects(sdkError('AccessDenied', 403));
    s3.on(AbortMultipartUploadCommand).resolves({});
    await expect(storeIn('eu-central-1').write('7', pieces)).rejects.toMatchObject({
      code: 'log-store-failed',
      retryable: true,
      message: expect.stringMatching(/s3:PutObject on logs\/7.log in the bucket the-logs was denied/),
    });
    expect(seen.mebibytes).toBeLessThan(15);
    await expect.poll(() => seen.isLetGo).toBe(true);
  });
});

describe('reading a log in S3', () => {
  it('says when the answer is cut off', async () => {
    const s3 = mockClient(S3Client);
    s3.on(PutObjectCommand).resolves({});
    s3.on(GetObjectCommand).callsFake(() => {
      const Body = new Readable({ read() {} });
      Body.push('a beginning');
      setImmediate(() => Body.destroy(networkError()));
      return { Body };
    });
    const stored = await storeIn('eu-central-1').write('7', log('a beginning and an end'));
    await expect(Array.fromAsync(stored.read())).rejects.toMatchObject({
      code: 'log-store-failed',
      retryable: true,
      message: expect.stringContaining('s3:GetObject on logs/7.log'),
    });
  });
});
