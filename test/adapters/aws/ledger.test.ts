import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { ledgerOverMock } from './ledger-over-mock.ts';
import { networkError, sdkError } from './sdk-error.ts';

const claimed = { claimedAt: 1 };
const received = { receivedAt: 1, input: {} };
const preconditionFailed = sdkError('PreconditionFailed', 412);
const answerWith = (text: string) => ({ Body: { transformToByteArray: async () => Buffer.from(text) } });

describe('creating a record', () => {
  it('counts a 412 as created when the object is of this very call, whose answer was lost', async () => {
    const { s3, ledger } = ledgerOverMock();
    let stored: Record<string, string> | undefined;
    s3.on(PutObjectCommand).callsFake(({ Metadata }) => {
      if (stored) throw preconditionFailed;
      stored = Metadata;
      throw networkError();
    });
    s3.on(HeadObjectCommand).callsFake(() => ({ Metadata: stored }));
    expect(await ledger.create('7', 'claim-1', claimed)).toBe(true);
    expect(await ledger.create('7', 'claim-1', claimed)).toBe(false);
  });

  it('is told that the record is of somebody else, also when that was deleted since', async () => {
    const { s3, ledger } = ledgerOverMock();
    s3.on(PutObjectCommand).rejects(preconditionFailed);
    s3.on(HeadObjectCommand)
      .resolvesOnce({ Metadata: { nonce: 'another' } })
      .resolvesOnce({})
      .rejectsOnce(sdkError('NotFound', 404));
    for (let n = 0; n < 3; n++) expect(await ledger.create('7', 'claim-1', claimed)).toBe(false);
  });

  it('is tried again after a conflict, an overload, a fault of S3 and no answer at all', async () => {
    for (const failure of [
      sdkError('ConditionalRequestConflict', 409),
      sdkError('SlowDown', 503),
      sdkError('InternalError', 500),
      networkError(),
    ]) {
      const { s3, ledger, clock } = ledgerOverMock();
      s3.on(PutObjectCommand).rejectsOnce(failure).rejectsOnce(failure).resolves({});
      expect(await ledger.create('7', 'claim-1', claimed)).toBe(true);
      expect(clock.sleeps).toEqual([200, 400]);
    }
  });

  it('is given up after four tries, and may be tried later', async () => {
    const { s3, ledger } = ledgerOverMock();
    s3.on(PutObjectCommand).rejects(sdkError('SlowDown', 503));
    await expect(ledger.create('7', 'claim-1', claimed)).rejects.toMatchObject({
      code: 'ledger-failed',
      retryable: true,
      message: expect.stringContaining('SlowDown, 503'),
    });
    expect(s3.commandCalls(PutObjectCommand)).toHaveLength(4);
  });

  it('names the permission and the object when it is denied, and is not tried again', async () => {
    const { s3, ledger } = ledgerOverMock();
    s3.on(PutObjectCommand).rejects(sdkError('AccessDenied', 403));
    await expect(ledger.create('7', 'claim-1', claimed)).rejects.toMatchObject({
      code: 'ledger-failed',
      retryable: true,
      message: expect.stringMatching(
        /s3:PutObject on executions\/7\/claim-1 in the bucket the-ledger was denied/,
      ),
    });
    expect(s3.commandCalls(PutObjectCommand)).toHaveLength(1);
  });

  it('names the bucket that does not exist', async () => {
    const { s3, ledger } = ledgerOverMock();
    s3.on(PutObjectCommand).rejects(sdkError('NoSuchBucket', 404));
    s3.on(GetObjectCommand).rejects(sdkError('NoSuchBucket', 404));
    const message = expect.stringMatching(/the bucket the-ledger does not exist/);
    await expect(ledger.create('7', 'claim-1', claimed)).rejects.toMatchObject({ message });
    await expect(ledger.read('7', 'claim-1')).rejects.toMatchObject({ message });
  });
});

describe('the mark of an open execution', () => {
  const keysOf = (s3: ReturnType<typeof ledgerOverMock>['s3']) =>
    s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input.Key);

  it('follows the task record, and no other', async () => {
    const { s3, ledger } = ledgerOverMock();
    s3.on(PutObjectCommand).resolves({});
    await ledger.create('7', 'task', received);
    await ledger.create('7', 'claim-1', claimed);
    expect(keysOf(s3)).toEqual(['work/7/task', 'open/7', 'executions/7/claim-1']);
  });

  it('is put again by whoever finds the record: its maker may have died before it', async () => {
    const { s3, ledger } = ledgerOverMock();
    s3.on(PutObjectCommand).resolves({});
    s3.on(PutObjectCommand, { Key: 'work/7/task' }).rejects(preconditionFailed);
    s3.on(HeadObjectCommand).resolves({ Metadata: { nonce: 'another' } });
    expect(await ledger.create('7', 'task', received)).toBe(false);
    expect(keysOf(s3)).toEqual(['work/7/task', 'open/7']);
  });

  it('is owed: without it the task was not created', async () => {
    const { s3, ledger } = ledgerOverMock();
    s3.on(PutObjectCommand).resolves({});
    s3.on(PutObjectCommand, { Key: 'open/7' }).rejects(sdkError('AccessDenied', 403));
    await expect(ledger.create('7', 'task', received)).rejects.toMatchObject({ code: 'ledger-failed' });
  });
});

describe('reading', () => {
  it('takes a 403 for a missing key when the key is not listed either', async () => {
    const { s3, ledger } = ledgerOverMock();
    s3.on(GetObjectCommand).rejects(sdkError('AccessDenied', 403));
    s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: 'executions/7/claim-10' }] });
    expect(await ledger.read('7', 'claim-1')).toBeUndefined();
    expect(s3.commandCalls(ListObjectsV2Command)[0]?.args[0].input).toMatchObject({
      Prefix: 'executions/7/claim-1',
      MaxKeys: 1,
    });
  });

  it('reads a record that came between the 403 and the list', async () => {
    const { s3, ledger } = ledgerOverMock();
    s3.on(GetObjectCommand)
      .rejectsOnce(sdkError('AccessDenied', 403))
      .callsFakeOnce(() => answerWith('{"requestedAt":5}'));
    s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: 'work/7/kill' }] });
    expect(await ledger.read('7', 'kill')).toEqual({ requestedAt: 5 });
  });

  it('says which permission is missing for a record that is there', async () => {
    const { s3, ledger } = ledgerOverMock();
    s3.on(GetObjectCommand).rejects(sdkError('AccessDenied', 403));
    s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: 'work/7/spec' }] });
    await expect(ledger.read('7', 'spec')).rejects.toMatchObject({
      message: expect.stringMatching(/s3:GetObject on work\/7\/spec in the bucket the-ledger was denied/),
    });
    s3.on(ListObjectsV2Command).rejects(sdkError('AccessDenied', 403));
    await expect(ledger.read('7', 'spec')).rejects.toMatchObject({
      message: expect.stringMatching(/s3:ListBucket on work\/7\/spec in the bucket the-ledger was denied/),
    });
  });

  it('begins again when the answer is cut off', async () => {
    const { s3, ledger } = ledgerOverMock();
    const cutOff = { transformToByteArray: () => Promise.reject(networkError()) };
    s3.on(GetObjectCommand)
      .callsFakeOnce(() => ({ Body: cutOff }))
      .callsFakeOnce(() => answerWith('{"claimedAt":1}'));
    expect(await ledger.read('7', 'claim-1')).toEqual(claimed);
  });

  it('refuses a record that is none, without its text', async () => {
    const { s3, ledger } = ledgerOverMock();
    s3.on(GetObjectCommand).callsFake(() => answerWith('{"claimedAt":"a secret"}'));
    const message = expect.stringMatching(
      /^The ledger's record executions\/7\/claim-1 cannot be read(?!.*secret)/,
    );
    await expect(ledger.read('7', 'claim-1')).rejects.toMatchObject({ code: 'ledger-failed', message });
  });
});
