import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, it, onTestFinished } from 'vitest';
import { readStoredLog } from '../../../adapters/aws/stored-log.ts';
import { startFakeAws } from '../../support/fake-aws.ts';
import { sdkError } from './sdk-error.ts';

it('reads a log from where the reporter stores it', async () => {
  const aws = await startFakeAws();
  onTestFinished(() => aws.close());
  aws.objects.set('/the-logs/logs/7.log', 'naïve [CREDIT_CARD_NUMBER]\n');
  const credentials = { accessKeyId: 'x', secretAccessKey: 'y' };
  const s3 = new S3Client({ endpoint: aws.url, forcePathStyle: true, region: 'eu-west-1', credentials });
  expect(await readStoredLog(s3, 'the-logs', '7')).toBe('naïve [CREDIT_CARD_NUMBER]\n');
});

it('says why a log cannot be read, in words that quote nothing of AWS', async () => {
  const mocked = mockClient(S3Client);
  onTestFinished(() => mocked.restore());
  mocked.on(GetObjectCommand).rejects(sdkError('AccessDenied', 403, 'User: arn:aws:sts is not'));
  await expect(readStoredLog(new S3Client({}), 'the-logs', '7')).rejects.toMatchObject({
    code: 'log-store-failed',
    retryable: true,
    message: expect.stringMatching(
      /^The redacted log could not be read\. s3:GetObject on logs\/7\.log in the bucket/,
    ),
  });
});
