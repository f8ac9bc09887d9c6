import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe } from 'vitest';
import { s3Ledger } from '../../adapters/aws/ledger.ts';
import { diskLedger } from '../../adapters/local/ledger.ts';
import { memoryLedger } from '../../adapters/memory/ledger.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { type Emulator, emulatorMissing, startEmulator } from '../support/emulator.ts';
import { ledgerSuite } from './ledger-suite.ts';

describe('a ledger in memory', () => {
  const ledger = memoryLedger();
  ledgerSuite(() => ledger);
});

describe('a ledger on disk', () => {
  const directory = mkdtempSync(join(tmpdir(), 'ledger-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  ledgerSuite(() => diskLedger(directory));
});

if (emulatorMissing) console.warn(`The contract of the ledger in S3 is left out. ${emulatorMissing}`);

describe.skipIf(emulatorMissing).each(['WHEN_SUPPORTED', 'WHEN_REQUIRED'] as const)(
  'a ledger in S3, with checksums %s',
  (requestChecksumCalculation) => {
    const buckets = { ledgerBucket: 'the-ledger', outputBucket: 'the-output' };
    let emulator: Emulator | undefined;
    let s3: S3Client;

    beforeAll(async () => {
      emulator = await startEmulator();
      s3 = new S3Client({ ...emulator.clientOptions, requestChecksumCalculation });
      for (const Bucket of Object.values(buckets)) await s3.send(new CreateBucketCommand({ Bucket }));
    });
    afterAll(() => emulator?.close());
    ledgerSuite(() => s3Ledger({ s3, ...buckets, clock: systemClock }));
  },
);
