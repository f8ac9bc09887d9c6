import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe } from 'vitest';
import { s3LogStore } from '../../adapters/aws/log-store.ts';
import { diskLogStore } from '../../adapters/local/log-store.ts';
import { memoryLogStore } from '../../adapters/memory/log-store.ts';
import { type Emulator, emulatorMissing, startEmulator } from '../support/emulator.ts';
import { logStoreSuite } from './log-store-suite.ts';

describe('a log store in memory', () => {
  const store = memoryLogStore();
  logStoreSuite(
    () => store,
    async (id) => store.logs.get(id),
  );
});

describe('a log store on disk', () => {
  const directory = mkdtempSync(join(tmpdir(), 'logs-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  logStoreSuite(
    () => diskLogStore(directory),
    (id) => readFile(join(directory, `${id}.log`), 'utf8').catch(() => undefined),
  );
});

if (emulatorMissing) console.warn(`The contract of the log store in S3 is left out. ${emulatorMissing}`);

describe.skipIf(emulatorMissing).each(['WHEN_SUPPORTED', 'WHEN_REQUIRED'] as const)(
  'a log store in S3, with checksums %s',
  (requestChecksumCalculation) => {
    const bucket = 'the-logs';
    let emulator: Emulator | undefined;
    let s3: S3Client;

    beforeAll(async () => {
      emulator = await startEmulator();
      s3 = new S3Client({ ...emulator.clientOptions, requestChecksumCalculation });
      await s3.send(new CreateBucketCommand({ Bucket: bucket }));
    });
    afterAll(() => emulator?.close());

    async function read(id: string): Promise<string | undefined> {
      try {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: `logs/${id}.log` }));
        return await Body?.transformToString();
      } catch (thrown) {
        if (thrown instanceof NoSuchKey) return undefined;
        throw thrown;
      }
    }
    logStoreSuite(() => s3LogStore({ s3, bucket, region: 'us-east-1' }), read);
  },
);
