import { DeleteObjectsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { ledgerOverMock } from './ledger-over-mock.ts';

describe('closing', () => {
  function closable() {
    const setup = ledgerOverMock();
    const { s3 } = setup;
    s3.on(ListObjectsV2Command, { Prefix: 'output/7/' })
      .resolvesOnce({ Contents: [{ Key: 'output/7/000001' }], NextContinuationToken: 'more' })
      .resolves({ Contents: [{ Key: 'output/7/000002' }] });
    s3.on(ListObjectsV2Command, { Prefix: 'work/7/' }).resolves({
      Contents: [{ Key: 'work/7/task' }, { Key: 'work/7/spec' }],
    });
    s3.on(DeleteObjectsCommand).resolves({});
    const deleted = () =>
      s3.commandCalls(DeleteObjectsCommand).map(({ args }) => {
        const { Bucket, Delete } = args[0].input;
        return `${Bucket}: ${Delete?.Objects?.map(({ Key }) => Key).join(' ')}`;
      });
    return { ...setup, deleted };
  }

  it('deletes all pages of the output, then what passes, and the mark last', async () => {
    const { ledger, deleted } = closable();
    await ledger.close('7');
    expect(deleted()).toEqual([
      'the-output: output/7/000001',
      'the-output: output/7/000002',
      'the-ledger: work/7/task work/7/spec',
      'the-ledger: open/7',
    ]);
  });

  it('leaves the mark when a key could not be deleted, although S3 answers 200', async () => {
    const { s3, ledger, deleted } = closable();
    s3.on(DeleteObjectsCommand, { Bucket: 'the-ledger' }).resolves({
      Errors: [{ Key: 'work/7/spec', Code: 'AccessDenied', Message: 'Access Denied' }],
    });
    await expect(ledger.close('7')).rejects.toMatchObject({
      code: 'ledger-failed',
      message: expect.stringMatching(
        /s3:DeleteObject on .* in the bucket the-ledger was denied \(AccessDenied\)/,
      ),
    });
    expect(deleted()).not.toContain('the-ledger: open/7');
  });

  it('deletes again what S3 could not delete for a fault of its own', async () => {
    const { s3, ledger, deleted } = closable();
    s3.on(DeleteObjectsCommand, { Bucket: 'the-output' })
      .resolvesOnce({ Errors: [{ Key: 'output/7/000001', Code: 'InternalError' }] })
      .resolves({});
    await ledger.close('7');
    expect(deleted().slice(0, 3)).toEqual([
      'the-output: output/7/000001',
      'the-output: output/7/000001',
      'the-output: output/7/000002',
    ]);
  });
});

describe('listing what is open', () => {
  it('goes through all pages', async () => {
    const { s3, ledger } = ledgerOverMock();
    s3.on(ListObjectsV2Command)
      .resolvesOnce({ Contents: [{ Key: 'open/1' }, { Key: 'open/task-2' }], NextContinuationToken: 'more' })
      .resolvesOnce({ NextContinuationToken: 'and more' })
      .resolvesOnce({ Contents: [{ Key: 'open/3' }] });
    expect(await Array.fromAsync(ledger.open())).toEqual(['1', 'task-2', '3']);
    const tokens = s3.commandCalls(ListObjectsV2Command).map(({ args }) => args[0].input.ContinuationToken);
    expect(tokens).toEqual([undefined, 'more', 'and more']);
  });
});
