import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import { executionCredentials } from '../../../adapters/aws/execution-credentials.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const sts = mockClient(STSClient);
const clock = fakeClock();
const hour = 3_600_000;
const minute = 60_000;
let given = 0;

beforeEach(() => {
  sts.reset();
  given = 0;
  sts.on(AssumeRoleCommand).callsFake(async () => {
    given++;
    return {
      Credentials: {
        AccessKeyId: `key-${given}`,
        SecretAccessKey: 'secret',
        SessionToken: 'token',
        Expiration: new Date(clock.now() + hour),
      },
    };
  });
});

const roleArn = 'arn:aws:iam::123456789012:role/runops/execution';
const make = (executionId = 'e1') =>
  executionCredentials({ sts: new STSClient({}), roleArn, executionId, clock });

it('takes the role on for one execution, for an hour, and once for all who ask', async () => {
  const credentials = make();
  const [first, second] = await Promise.all([credentials(), credentials()]);
  expect(first).toBe(second);
  expect(await credentials()).toMatchObject({ accessKeyId: 'key-1', sessionToken: 'token' });
  expect(sts.commandCalls(AssumeRoleCommand).map(({ args }) => args[0].input)).toEqual([
    {
      RoleArn: roleArn,
      RoleSessionName: 'runops-e1',
      DurationSeconds: 3600,
      Tags: [{ Key: 'execution', Value: 'e1' }],
    },
  ]);
});

it('names the session within the limit of IAM, and tags it with the whole id', async () => {
  const id = `x${'y'.repeat(63)}`;
  await make(id)();
  const { RoleSessionName = '', Tags } = sts.commandCalls(AssumeRoleCommand)[0]?.args[0].input ?? {};
  expect(RoleSessionName).toHaveLength(64);
  expect(Tags).toEqual([{ Key: 'execution', Value: id }]);
});

it('gets others before the clients of the SDK ask for them, five minutes before the end', async () => {
  const credentials = make();
  await credentials();
  await clock.advance(49 * minute);
  expect(await credentials()).toMatchObject({ accessKeyId: 'key-1' });
  await clock.advance(2 * minute);
  expect(await credentials()).toMatchObject({ accessKeyId: 'key-2' });
});

it('goes on with those that still hold when STS is away, and fails when they do not', async () => {
  const credentials = make();
  await credentials();
  sts.on(AssumeRoleCommand).rejects(Object.assign(new Error('away'), { name: 'ServiceUnavailable' }));
  await clock.advance(55 * minute);
  expect(await credentials()).toMatchObject({ accessKeyId: 'key-1' });
  await clock.advance(6 * minute);
  await expect(credentials()).rejects.toThrow(
    `The role ${roleArn} could not be taken on (ServiceUnavailable). The role of the ECS task needs sts:AssumeRole`,
  );
});
