import { HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { s3Ledger } from '../../../adapters/aws/ledger.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { chooseSeed, seededRandom } from '../../support/seeded-random.ts';
import { networkError, sdkError } from './sdk-error.ts';

const rounds = 300;

/** A bucket with conditional writes, half of whose answers are lost, or an overload or a conflict. */
function faultyBucket(random: () => number) {
  const nonces = new Map<string, string | undefined>();
  const s3 = mockClient(S3Client);
  const chance = (probability: number) => random() < probability;
  s3.on(PutObjectCommand).callsFake(({ Key, Metadata }) => {
    if (chance(0.1)) throw sdkError('SlowDown', 503);
    if (chance(0.1)) throw sdkError('ConditionalRequestConflict', 409);
    const isFirst = !nonces.has(Key);
    if (isFirst) nonces.set(Key, Metadata?.nonce);
    if (chance(0.3)) throw networkError();
    if (!isFirst) throw sdkError('PreconditionFailed', 412);
    return {};
  });
  s3.on(HeadObjectCommand).callsFake(({ Key }) => {
    if (chance(0.2)) throw networkError();
    return { Metadata: { nonce: nonces.get(Key) } };
  });
}

describe('a record that many want to create, while answers get lost', () => {
  it('has one creator, who knows it', async () => {
    const seed = chooseSeed();
    const random = seededRandom(seed);
    faultyBucket(random);
    const buckets = { ledgerBucket: 'the-ledger', outputBucket: 'the-output' };
    const open = () =>
      s3Ledger({
        s3: new S3Client({ region: 'us-east-1' }),
        ...buckets,
        clock: fakeClock({ skip: Infinity }),
      });

    let creators = 0;
    let unknown = 0;
    for (let round = 0; round < rounds; round++) {
      const callers = Array.from({ length: 1 + Math.floor(random() * 5) }, open);
      const answers = await Promise.allSettled(
        callers.map((ledger, claimedAt) => ledger.create(`${round}`, 'claim-1', { claimedAt })),
      );
      const created = answers.filter((answer) => answer.status === 'fulfilled' && answer.value).length;
      const failed = answers.filter(({ status }) => status === 'rejected').length;
      expect(created, `round ${round}, seed ${seed}`).toBeLessThanOrEqual(1);
      // Whoever got no answer at all may be the creator.
      if (failed === 0) expect(created, `round ${round}, seed ${seed}`).toBe(1);
      creators += created;
      unknown += failed;
    }
    expect(creators).toBeGreaterThan(rounds * 0.9);
    expect(unknown).toBeLessThan(rounds);
  });
});
