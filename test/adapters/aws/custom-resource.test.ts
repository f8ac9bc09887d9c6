import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerCustomResource } from '../../../adapters/aws/custom-resource.ts';
import { type FakeCloudFormation, startFakeCloudFormation } from '../../support/fake-cloudformation.ts';

let cloudFormation: FakeCloudFormation;
beforeEach(async () => {
  cloudFormation = await startFakeCloudFormation();
});
afterEach(() => cloudFormation.close());

const answer = (event: unknown, work: () => Promise<Record<string, string>>) =>
  answerCustomResource({ fetch }, event, work);
const ids = { StackId: 'arn:stack', RequestId: 'request-1', LogicalResourceId: 'Preflight' };

describe('a custom resource', () => {
  it('answers with its attributes, at the signed address, without a type', async () => {
    await answer(cloudFormation.request('Create'), async () => ({ VpcId: 'vpc-1' }));
    const body = { Status: 'SUCCESS', Data: { VpcId: 'vpc-1' }, ...ids, PhysicalResourceId: 'Preflight' };
    expect(cloudFormation.answers).toEqual([{ method: 'PUT', contentType: '', body }]);
  });

  it('stays the same resource over an update', async () => {
    const event = { ...cloudFormation.request('Update'), PhysicalResourceId: 'as-it-was' };
    await answer(event, async () => ({}));
    expect(cloudFormation.answers[0]?.body).toMatchObject({ PhysicalResourceId: 'as-it-was' });
  });

  it('says what was thrown, in as many characters as an event of the stack shows', async () => {
    await answer(cloudFormation.request('Create'), () =>
      Promise.reject(new Error(`No. ${'é'.repeat(3000)}`)),
    );
    const [told] = cloudFormation.answers;
    expect(told?.body.Status).toBe('FAILED');
    expect(String(told?.body.Reason)).toMatch(/^No\. é{1496}$/);
    expect(Buffer.byteLength(JSON.stringify(told?.body))).toBeLessThanOrEqual(4096);
  });

  it('is deleted at once, without any work', async () => {
    await answer(cloudFormation.request('Delete'), () => Promise.reject(new Error('Not asked.')));
    expect(cloudFormation.answers[0]?.body).toMatchObject({ Status: 'SUCCESS', ...ids });
  });

  it('tells it again when that failed, and gives up after three tries', async () => {
    cloudFormation.faults.push(503, 500);
    await answer(cloudFormation.request('Create'), async () => ({}));
    expect(cloudFormation.answers).toHaveLength(1);

    cloudFormation.faults.push(403, 403, 403);
    const told = answer(cloudFormation.request('Create'), async () => ({}));
    await expect(told).rejects.toThrow('CloudFormation could not be told: status 403.');
    expect(cloudFormation.answers).toHaveLength(1);
  });

  it('is called by nobody else', async () => {
    await expect(answer({ key1: 'value1' }, async () => ({}))).rejects.toThrow('Only CloudFormation calls');
    expect(cloudFormation.answers).toEqual([]);
  });
});
