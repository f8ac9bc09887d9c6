import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3Usage } from '../../adapters/aws/usage.ts';
import { memoryUsage } from '../../adapters/memory/usage.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { type FakeAws, startFakeAws } from '../support/fake-aws.ts';
import { usageSuite } from './usage-suite.ts';

describe('the usage in memory', () => {
  const usage = memoryUsage();
  usageSuite(() => usage);
});

describe('the usage in S3', () => {
  let aws: FakeAws;
  let s3: S3Client;
  beforeAll(async () => {
    aws = await startFakeAws();
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    s3 = new S3Client({ endpoint: aws.url, region: 'eu-west-1', credentials, forcePathStyle: true });
  });
  afterAll(() => aws.close());
  const open = () => s3Usage({ s3, name: 'ledger', clock: systemClock });
  usageSuite(open);

  it('is all in the keys, by day and execution, for whoever looks at it in the console', async () => {
    await open().add('2026-12-01', { executionId: '7', kind: 'reserved', vcpuSeconds: 1800, at: 5 });
    expect(aws.objects.get('/ledger/usage/2026-12-01/7/reserved-1800-5')).toBe('');
  });

  it('passes over what somebody else has put there', async () => {
    for (const name of ['7/notes.txt', '7/reserved-many', 'notes', '7/over-and-out']) {
      await s3.send(new PutObjectCommand({ Bucket: 'ledger', Key: `usage/2026-12-02/${name}`, Body: 'x' }));
    }
    expect(await open().list('2026-12-02')).toEqual([]);
  });
});
