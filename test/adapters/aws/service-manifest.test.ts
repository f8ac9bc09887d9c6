import { PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { passingPrefix } from '../../../adapters/aws/ledger-keys.ts';
import { serviceOverMock } from './service-over-mock.ts';

const minutes = 60_000;
const addressOf = (inputs: ReturnType<ReturnType<typeof serviceOverMock>['inputs']>) =>
  new URL(inputs[0]?.overrides?.containerOverrides?.[0]?.environment?.[0]?.value ?? '');

describe('the manifest', () => {
  it('has what the container has to know, and the names of its secrets', async () => {
    const { launch, manifest, clock, credentials } = serviceOverMock();
    await launch({ script: 'puts Order.count', runSecondsMax: 60 });
    expect(manifest()).toMatchObject({
      executionId: '7',
      region: 'eu-central-1',
      script: 'puts Order.count',
      secretNames: ['DATABASE_URL'],
      credentials: { sessionToken: credentials.sessionToken },
      startBefore: clock.now() + 10 * minutes,
      runSecondsMax: 60,
      ledgerAddress: expect.stringMatching(
        /^https:\/\/runops-agent-.*ledger.*\.s3\.eu-central-1\.amazonaws\.com$/,
      ),
      outputAddress: expect.stringMatching(/output.*\/output\/7$/),
      environment: { RUNOPS_TASK_ID: '7', RUNOPS_TASK_USER_EMAIL: 'ana@example.com' },
      program: expect.stringContaining('class RunopsTask'),
    });
    expect(manifest()).not.toHaveProperty('words');
  });

  it('has the words of a command, which no shell sees', async () => {
    const { launch, manifest } = serviceOverMock();
    await launch({ type: 'ecs-exec', script: `bin/rails 'db:migrate:status' "a  b"` });
    expect(manifest()).toMatchObject({ words: ['bin/rails', 'db:migrate:status', 'a  b'] });
    expect(manifest()).not.toHaveProperty('script');
  });

  it('lets no command run longer than its credentials live', async () => {
    const { launch, manifest } = serviceOverMock();
    await launch({ runSecondsMax: 3 * 3600 });
    expect(manifest().runSecondsMax).toBe(3600 - 600 - 120);
  });

  it('leaves 43 minutes for the command, however long its start may wait', async () => {
    const { launch, manifest, clock } = serviceOverMock();
    await launch({ runSecondsMax: 3 * 3600, startBefore: clock.now() + 10 * 60 * minutes });
    expect(manifest()).toMatchObject({ startBefore: clock.now() + 15 * minutes, runSecondsMax: 43 * 60 });
  });

  it('has an address that opens it until the start deadline, for whoever it was made', async () => {
    const { launch, inputs, credentials } = serviceOverMock();
    await launch();
    const { pathname, searchParams: query } = addressOf(inputs());
    expect(pathname).toBe(`/${passingPrefix('7')}manifest`);
    expect(query.get('X-Amz-Expires')).toBe('600');
    expect(query.get('X-Amz-Credential')).toMatch(new RegExp(`^${credentials.accessKeyId}/`));
  });

  it('may be written later when S3 does not answer', async () => {
    const { s3, launch, inputs } = serviceOverMock();
    s3.on(PutObjectCommand).rejects(Object.assign(new Error('slow'), { name: 'SlowDown' }));
    await expect(launch()).rejects.toMatchObject({ code: 'ledger-failed', retryable: true });
    expect(inputs()).toEqual([]);
  });
});
