import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { s3AuditChain } from '../../../adapters/aws/audit-chain.ts';
import { sha256 } from '../../../adapters/sha256.ts';
import { linkAfter, linkKey, sequenceOf } from '../../../core/audit-chain.ts';
import { type AuditPlace, verifyAudit } from '../../../local/verify-audit.ts';
import { auditedExecutions } from '../../functions/audited-executions.ts';
import { recordOf } from '../../support/audit-record.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { type FakeLockedBucket, startFakeLockedBucket } from '../../support/fake-locked-bucket.ts';
import { chooseSeed, seededRandom } from '../../support/seeded-random.ts';

const executions = 500;
const records = 2 * executions;
const writers = 4;

let bucket: FakeLockedBucket;
beforeAll(async () => {
  bucket = await startFakeLockedBucket();
  const audit = s3AuditChain({ s3: bucket.s3, bucket: 'trail', clock: fakeClock() });
  const { failures } = await auditedExecutions(audit, { count: executions, writers });
  expect(failures).toEqual([]);
}, 300_000);
afterAll(() => bucket.close());

const wholeChain = () =>
  new Map([...bucket.versions].map(([key, [link]]) => [key, Buffer.from(link?.body ?? '')]));
const verify = (place: AuditPlace) => verifyAudit(place, Date.now());

/** Puts a chain into a folder, as `aws s3 sync` does, and walks it. */
async function verifyFolder(chain: ReadonlyMap<string, Uint8Array>, head?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'chain-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'chain'));
  for (const [key, bytes] of chain) writeFileSync(join(folder, key), bytes);
  return verify({ folder, head });
}

describe('the writers of a chain', () => {
  async function place() {
    const own = await startFakeLockedBucket();
    onTestFinished(own.close);
    const audit = s3AuditChain({ s3: own.s3, bucket: 'trail', clock: fakeClock({ skip: 60_000 }) });
    const chain = () =>
      new Map([...own.versions].map(([key, [link]]) => [key, Buffer.from(link?.body ?? '')]));
    return { own, audit, chain };
  }

  it('all get in, when a dozen write at once', async () => {
    const { audit, chain } = await place();
    const all = Array.from({ length: 12 }, (_, index) => recordOf({ id: `${index}/allow` }));
    await Promise.all(all.map((record) => audit.write(record)));
    expect(await verifyFolder(chain())).toMatchObject({ links: 12, broken: null });
  });

  it('write once, although the first answer was lost or put off', async () => {
    const { own, audit, chain } = await place();
    await audit.write(recordOf({ id: '1/allow' }));
    for (const fault of ['lost', 409, 503] as const) {
      own.faults.push('lost');
      own.writeFaults.push(fault);
      await audit.write(recordOf({ id: `${fault}/allow` }));
    }
    expect([own.faults, own.writeFaults]).toEqual([[], []]);
    expect(await verifyFolder(chain())).toMatchObject({ links: 4, broken: null });
  });

  it('say so when they may not write, and when somebody else wrote into the bucket', async () => {
    const { own, audit } = await place();
    own.faults.push(403);
    const failure = { code: 'audit-failed', retryable: true };
    await expect(audit.write(recordOf({}))).rejects.toMatchObject({
      ...failure,
      message: expect.stringMatching(/^The audit record cannot be chained: s3:ListBucket on .* was denied/),
    });
    own.versions.set('chain/0', [{ body: Buffer.from('{}'), nonce: '' }]);
    await expect(audit.write(recordOf({}))).rejects.toMatchObject({
      ...failure,
      message: expect.stringContaining('chain/0 in the bucket trail is none of its links'),
    });
  });

  it('are told of in a warning when what was allowed has no end after a day', async () => {
    const { audit, chain } = await place();
    await audit.write(recordOf({ id: '1/allow' }));
    await audit.write(recordOf({ id: '2/allow', at: new Date().toISOString() }));
    expect(await verifyFolder(chain())).toMatchObject({ broken: null, unended: ['1'] });
  });
});

describe(`the audit chain of ${executions} executions`, () => {
  const seed = chooseSeed();
  const random = seededRandom(seed);
  const below = (number: number) => Math.floor(random() * number);
  const some = () => 2 + below(records - 2);

  it('verifies, with a link for each decision and each end, written by several at once', async () => {
    const verdict = await verifyFolder(wholeChain());
    expect(verdict).toMatchObject({ links: records, broken: null, unended: [] });
    expect(verdict.head).toMatch(/^[0-9a-f]{64}$/);
    expect([...bucket.versions.values()].every((all) => all.length === 1)).toBe(true);
  });

  it('breaks where one byte was changed, in whatever link and at whatever place', async () => {
    const whole = wholeChain();
    for (const sequence of [1, some(), some(), some(), records]) {
      const changed = Buffer.from(whole.get(linkKey(sequence)) ?? '');
      const at = below(changed.length);
      changed[at] = (changed[at] ?? 0) ^ (1 << below(7));
      const { links, broken } = await verifyFolder(new Map(whole).set(linkKey(sequence), changed));
      expect(broken, `byte ${at} of link ${sequence}, seed ${seed}`).toMatchObject({ sequence });
      expect(links).toBe(sequence - 1);
    }
  }, 120_000);

  it('breaks where a link was taken away, and at its end for whoever kept its head', async () => {
    const whole = wholeChain();
    for (const sequence of [1, some(), records - 1]) {
      const { broken } = await verifyFolder(
        new Map([...whole].filter(([key]) => sequenceOf(key) !== sequence)),
      );
      expect(broken).toMatchObject({ sequence, problem: expect.stringContaining('it is missing') });
    }
    const { head } = await verifyFolder(whole);
    const cut = new Map([...whole].filter(([key]) => sequenceOf(key) !== records));
    expect((await verifyFolder(cut, head ?? '')).broken?.problem).toMatch(
      /is not in the chain, whose end was cut off/,
    );
    expect((await verifyFolder(whole, head ?? '')).broken).toBeNull();
    expect((await verifyFolder(new Map())).broken?.problem).toBe('there is no record at all');
  }, 120_000);

  it('breaks where two links have changed places', async () => {
    const whole = wholeChain();
    const [one, other] = [some(), some()].sort((a, b) => a - b);
    const [first = 1, second = 2] = one === other ? [1, one] : [one, other];
    const swapped = new Map(whole)
      .set(linkKey(first), whole.get(linkKey(second)) ?? Buffer.of())
      .set(linkKey(second), whole.get(linkKey(first)) ?? Buffer.of());
    expect((await verifyFolder(swapped)).broken).toMatchObject({ sequence: first });
  });

  it('breaks after a link that was written anew, with a SHA-256 of its own that is right', async () => {
    const whole = wholeChain();
    const sequence = some();
    const before = { sequence: sequence - 1, sha256: sha256(whole.get(linkKey(sequence - 1)) ?? '') };
    const { key, text } = linkAfter(before, recordOf({ description: 'nothing happened' }), sha256);
    const { links, broken } = await verifyFolder(new Map(whole).set(key, Buffer.from(text)));
    expect([links, broken]).toEqual([
      sequence,
      expect.objectContaining({
        sequence: sequence + 1,
        problem: expect.stringContaining('the link before it'),
      }),
    ]);
  });

  it('is walked in the bucket too, where a link that was hidden or written over is found', async () => {
    vi.stubEnv('AWS_REGION', 'eu-west-1')
      .stubEnv('AWS_ACCESS_KEY_ID', 'x')
      .stubEnv('AWS_SECRET_ACCESS_KEY', 'y');
    vi.stubEnv('AWS_ENDPOINT_URL', bucket.url);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const place = { bucket: 'trail', endpoint: bucket.url };
    expect(await verify(place)).toMatchObject({ links: records, broken: null });

    bucket.hidden.add(linkKey(records));
    expect((await verify(place)).broken).toMatchObject({
      sequence: records,
      problem: expect.stringContaining('deleted'),
    });
    bucket.hidden.clear();

    const key = linkKey(some());
    const [link = { body: Buffer.of(), nonce: '' }] = bucket.versions.get(key) ?? [];
    bucket.versions.set(key, [link, link]);
    expect((await verify(place)).broken).toMatchObject({ key, problem: 'it was written 2 times' });
    bucket.versions.set(key, [link]);
  }, 120_000);
});
