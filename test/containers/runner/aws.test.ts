import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3Ledger } from '../../../adapters/aws/ledger.ts';
import { systemClock } from '../../../adapters/system-clock.ts';
import type { Spec } from '../../../core/execution.ts';
import type { Ledger } from '../../../core/ports.ts';
import { type Emulator, emulatorMissing, startEmulator } from '../../support/emulator.ts';
import { type FakeTaskMetadata, startFakeTaskMetadata } from '../../support/fake-task-metadata.ts';
import { bashSpec, readEnd } from './harness.ts';
import { processEnd, shippedRunner } from './process.ts';

if (emulatorMissing) console.warn(`The runner on AWS is left out: ${emulatorMissing}`);

const taskArn = 'arn:aws:ecs:us-east-1:000000000000:task/runops/0123456789abcdef';

describe.skipIf(emulatorMissing)('the runner as a task of ECS', () => {
  const shipped = shippedRunner();
  let emulator: Emulator;
  let metadata: FakeTaskMetadata;
  let ledger: Ledger;

  beforeAll(async () => {
    [emulator, metadata] = await Promise.all([startEmulator(), startFakeTaskMetadata(taskArn)]);
    const s3 = new S3Client({ ...emulator.clientOptions, requestChecksumCalculation: 'WHEN_REQUIRED' });
    for (const Bucket of ['ledger', 'output']) await s3.send(new CreateBucketCommand({ Bucket }));
    ledger = s3Ledger({ s3, ledgerBucket: 'ledger', outputBucket: 'output', clock: systemClock });
    const secrets = new SecretsManagerClient(emulator.clientOptions);
    await secrets.send(
      new CreateSecretCommand({ Name: 'app', SecretString: '{"APP_KEY": "planted-value"}' }),
    );
  });
  afterAll(() => Promise.all([emulator.close(), metadata.close()]));

  const environment = (changes: Record<string, string> = {}) => ({
    RUNOPS_LEDGER: 's3://ledger',
    RUNOPS_OUTPUT: 's3://output',
    RUNOPS_EXECUTION_ROLE: 'arn:aws:iam::000000000000:role/execution',
    RUNOPS_SECRET_VARIABLES: '{"MY_APP": "app"}',
    ECS_CONTAINER_METADATA_URI_V4: metadata.uri,
    AWS_ENDPOINT_URL: emulator.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'of-the-container',
    AWS_SECRET_ACCESS_KEY: 'key-of-the-container',
    ...changes,
  });

  async function start(
    id: string,
    script: string,
    options: { spec?: Partial<Spec>; env?: Record<string, string> } = {},
  ) {
    await ledger.create(id, 'spec', bashSpec(script, options.spec));
    return processEnd(await shipped.start(id, script, { environment: environment(options.env) }));
  }

  it('keeps records and output in the buckets, and calls itself by the ARN of its task', async () => {
    metadata.fails.push(500, 500);
    expect(await start('good', 'echo out; echo err >&2; exit 4')).toMatchObject({ code: 0, stderr: '' });
    expect(await readEnd(ledger, 'good')).toMatchObject({
      result: { reason: 'exited', exitCode: 4, output: { parts: 1 } },
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(await ledger.read('good', 'started')).toMatchObject({ by: 'runner', launchId: taskArn });
  });

  it.for([
    ['by-name', { provider: 'aws', path: 'app', config: null }],
    ['by-variable', { provider: 'env-var', path: 'my-app', config: null }],
  ] as const)(
    'gives a command its secret %s, and neither credentials nor addresses',
    async ([id, secret]) => {
      const { code } = await start(id, 'printf "%s" "$APP_KEY" | wc -c; env', { spec: { secret } });
      expect(code).toBe(0);
      const { stdout, result } = await readEnd(ledger, id);
      expect(result, String(result.message)).toMatchObject({ exitCode: 0 });
      expect(stdout).toMatch(/^13\n/);
      expect(stdout).not.toMatch(/planted|container|^(AWS|ECS|RUNOPS_(LEDGER|OUTPUT|EXECUTION|SECRET))/m);
    },
  );

  it('uses the credentials of the container when there is no role for the execution', async () => {
    expect((await start('own', 'echo own', { env: { RUNOPS_EXECUTION_ROLE: '' } })).code).toBe(0);
    expect((await readEnd(ledger, 'own')).stdout).toBe('own\n');
  });

  it.for([
    [
      { ECS_CONTAINER_METADATA_URI_V4: '' },
      /^ECS_CONTAINER_METADATA_URI_V4 is not set: a runner whose ledger is a bucket/,
    ],
    [{ RUNOPS_SECRET_VARIABLES: '[]' }, /^RUNOPS_SECRET_VARIABLES must be a JSON object/],
    [{ RUNOPS_OUTPUT: '' }, /RUNOPS_OUTPUT/],
    [
      { RUNOPS_EXECUTION_ROLE: 'nonsense' },
      /^The role nonsense could not be taken on \(\w+\)\. .*sts:AssumeRole/,
    ],
  ] as const)('does not start with %j, and says why', async ([env, words]) => {
    const { code, stderr } = await start(`bad-${Object.keys(env)[0]}`, 'true', { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(words);
    expect(await ledger.read(`bad-${Object.keys(env)[0]}`, 'started')).toBeUndefined();
  });
});
