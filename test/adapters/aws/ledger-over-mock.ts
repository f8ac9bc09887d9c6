import { S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { s3Ledger } from '../../../adapters/aws/ledger.ts';
import { fakeClock } from '../../support/fake-clock.ts';

/** What S3 answers when something is lost or at odds: an emulator never does. */
export function ledgerOverMock() {
  const s3 = mockClient(S3Client);
  const clock = fakeClock({ skip: Infinity });
  const ledger = s3Ledger({
    s3: new S3Client({ region: 'us-east-1' }),
    ledgerBucket: 'the-ledger',
    outputBucket: 'the-output',
    clock,
  });
  return { s3, clock, ledger };
}
