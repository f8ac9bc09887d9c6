import { DeleteObjectsCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, it } from 'vitest';
import { eraseExecution } from '../../../adapters/aws/erase-execution.ts';

const buckets = { ledger: 'ledger', output: 'output', logs: 'logs' };

function bucketsWith(versions: Record<string, string[]>) {
  const s3 = mockClient(S3Client);
  s3.on(ListObjectVersionsCommand).callsFake(({ Bucket, Prefix }) => ({
    Versions: (versions[Bucket] ?? [])
      .filter((key) => key.startsWith(Prefix))
      .map((Key) => ({ Key, VersionId: Bucket === 'logs' ? 'v1' : 'null' })),
    DeleteMarkers: Bucket === 'logs' ? [{ Key: Prefix, VersionId: 'marker' }] : [],
  }));
  s3.on(DeleteObjectsCommand).resolves({});
  return s3;
}

it('deletes every version of all that an execution has in the three buckets, and nothing of another', async () => {
  const s3 = bucketsWith({
    ledger: [
      'executions/self-test-1/started',
      'executions/7/started',
      'work/self-test-1/task',
      'open/self-test-1',
      'usage/2026-11-30/self-test-1/over',
      'usage/2026-11-30/7/over',
    ],
    output: ['output/self-test-1/000001', 'output/7/000001'],
    logs: ['logs/self-test-1.log', 'logs/7.log'],
  });
  await eraseExecution(new S3Client({ region: 'eu-west-1' }), buckets, 'self-test-1');
  const deleted = s3
    .commandCalls(DeleteObjectsCommand)
    .flatMap(({ args: [{ input }] }) =>
      (input.Delete?.Objects ?? []).map(({ Key, VersionId }) => `${input.Bucket} ${Key} ${VersionId}`),
    );
  expect(deleted).toEqual([
    'output output/self-test-1/000001 null',
    'logs logs/self-test-1.log v1',
    'logs logs/self-test-1.log marker',
    'ledger work/self-test-1/task null',
    'ledger executions/self-test-1/started null',
    'ledger usage/2026-11-30/self-test-1/over null',
    'ledger open/self-test-1 null',
  ]);
});

it('says which object could not be deleted', async () => {
  const s3 = bucketsWith({ ledger: ['executions/self-test-1/started'] });
  s3.on(DeleteObjectsCommand).resolves({
    Errors: [{ Key: 'executions/self-test-1/started', Code: 'AccessDenied' }],
  });
  await expect(eraseExecution(new S3Client({ region: 'eu-west-1' }), buckets, 'self-test-1')).rejects.toThrow(
    /s3:DeleteObject on \S+self-test-1\S* in the bucket \w+ failed: AccessDenied/,
  );
});
