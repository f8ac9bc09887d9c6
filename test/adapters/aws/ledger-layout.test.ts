import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3Ledger } from '../../../adapters/aws/ledger.ts';
import { systemClock } from '../../../adapters/system-clock.ts';
import { type Emulator, emulatorMissing, startEmulator } from '../../support/emulator.ts';

if (emulatorMissing) console.warn(`Tests of the layout of the ledger are left out. ${emulatorMissing}`);

describe.skipIf(emulatorMissing)('the layout of the ledger in S3', () => {
  const buckets = { ledgerBucket: 'the-ledger', outputBucket: 'the-output' };
  let emulator: Emulator | undefined;
  let s3: S3Client;

  beforeAll(async () => {
    emulator = await startEmulator();
    s3 = new S3Client(emulator.clientOptions);
    for (const Bucket of Object.values(buckets)) await s3.send(new CreateBucketCommand({ Bucket }));
  });
  afterAll(() => emulator?.close());

  const open = () => s3Ledger({ s3, ...buckets, clock: systemClock });
  async function keysOf(Bucket: string, id: string) {
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket }));
    return (Contents ?? []).flatMap(({ Key }) => Key ?? []).filter((key) => key.split('/')[1] === id);
  }

  it('keeps what is permanent apart from what passes, and the output in a bucket of its own', async () => {
    const ledger = open();
    await ledger.create('1', 'task', { receivedAt: 1, input: {} });
    await ledger.create('1', 'claim-1', { claimedAt: 1 });
    await ledger.create('1', 'kill', { requestedAt: 1 });
    await ledger.create('1', 'reported', { reportedAt: 1 });
    await ledger.writeOutput('1', 12, new Uint8Array([1]));
    expect(await keysOf('the-ledger', '1')).toEqual([
      'executions/1/claim-1',
      'executions/1/reported',
      'open/1',
      'work/1/kill',
      'work/1/task',
    ]);
    expect(await keysOf('the-output', '1')).toEqual(['output/1/000012']);
    await ledger.close('1');
    expect(await keysOf('the-ledger', '1')).toEqual(['executions/1/claim-1', 'executions/1/reported']);
    expect(await keysOf('the-output', '1')).toEqual([]);
  });

  it('takes a script of ten megabytes', async () => {
    const input = { id: 2, script: 'x'.repeat(10 * 1024 * 1024) };
    await open().create('2', 'task', { receivedAt: 1, input });
    expect((await open().read('2', 'task'))?.input).toEqual(input);
  });

  it('is done with the bytes of a part when it has written it', async () => {
    const buffer = new Uint8Array(1024 * 1024).fill(1);
    for (let part = 1; part <= 3; part++) {
      await open().writeOutput('3', part, buffer.fill(part).subarray(0, 1024 * 1024 - part));
    }
    buffer.fill(0);
    for (let part = 1; part <= 3; part++) {
      const bytes = await open().readOutput('3', part);
      expect([bytes?.length, bytes?.every((byte) => byte === part)]).toEqual([1024 * 1024 - part, true]);
    }
  });

  it('closes an execution with more parts than fit on a page', { timeout: 60_000 }, async () => {
    const parts = Array.from({ length: 1_050 }, (_, n) => n + 1);
    for (let at = 0; at < parts.length; at += 50) {
      await Promise.all(parts.slice(at, at + 50).map((n) => open().writeOutput('4', n, new Uint8Array([n]))));
    }
    await open().close('4');
    expect(await keysOf('the-output', '4')).toEqual([]);
  });
});
