import type { RunTaskCommandInput } from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { launchFailure, launchFailures, noTask } from '../../../adapters/aws/launch-failure.ts';
import { networkError, sdkError } from './sdk-error.ts';

const input: RunTaskCommandInput = {
  cluster: 'runops',
  taskDefinition: 'shell:3',
  networkConfiguration: {
    awsvpcConfiguration: { subnets: ['subnet-1', 'subnet-2'], securityGroups: ['sg-1'] },
  },
  overrides: { taskRoleArn: 'arn:aws:iam::1:role/billing', cpu: '300' },
};

/** The texts are those of ECS; what is planted in them may not be passed on. */
const passing: [name: string, text: string, says: RegExp][] = [
  ['ThrottlingException', 'Rate exceeded', /too many tasks at once/],
  ['ClientException', 'Throttling: Rate exceeded', /too many tasks at once/],
  ['ClientException', 'Capacity is unavailable at this time. Please try again later', /no capacity/],
  ['ClientException', 'You’ve reached the limit on the number of vCPUs you can run concurrently', /quota/],
  ['ClientException', 'TaskDefinition is inactive', /shell:3 was replaced/],
  ['ServerException', 'Service Unavailable. Please try again later.', /Health Dashboard/],
];
const lasting: [name: string, text: string, says: RegExp][] = [
  ['ClusterNotFoundException', 'Cluster not found.', /cluster runops does not exist/],
  ['ClientException', 'Unable to describe task definition planted', /shell:3 does not exist/],
  [
    'AccessDeniedException',
    'User: planted is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/a.b because planted',
    /may not pass the role arn:aws:iam::1:role\/a\.b to a task.*iam:PassRole/,
  ],
  ['AccessDeniedException', 'User: planted is not authorized to perform: ecs:RunTask', /ecs:RunTask/],
  [
    'InvalidParameterException',
    "Error retrieving subnet information for [planted]: The subnet ID 'planted' does not exist",
    /subnet-1, subnet-2/,
  ],
  ['InvalidParameterException', "The security group 'planted' does not exist", /sg-1/],
  [
    'InvalidParameterException',
    'Security group planted and subnet planted belong to different networks.',
    /sg-1/,
  ],
  ['ClientException', 'No Fargate configuration exists for given values.', /cpu 300 and memory as deployed/],
  [
    'ClientException',
    "ECS was unable to assume the role 'arn:aws:iam::1:role/other' that was provided for this task.",
    /role\/other.*trusts ecs-tasks/,
  ],
  ['InvalidParameterException', 'Role is not valid', /role\/billing.*trusts ecs-tasks/],
  ['UnsupportedFeatureException', 'planted', /in another region/],
  ['PlatformTaskDefinitionIncompatibilityException', 'planted', /another processor/],
  ['BlockedException', 'Your AWS account was blocked.', /support of AWS/],
  ['InvalidParameterException', 'planted', /did not accept the launch of shell:3/],
  ['SomethingNewException', 'planted', /CloudTrail/],
];

describe('why ECS did not start a task', () => {
  it.each(passing)('%s "%s" may pass', (name, text, says) => {
    const status = name === 'ServerException' ? 500 : 400;
    const failure = launchFailure(sdkError(name, status, text), input);
    expect(failure).toMatchObject({
      code: 'launch-failed',
      retryable: true,
      message: expect.stringMatching(says),
    });
  });

  it.each(lasting)('%s "%s" stays until somebody mends it', (name, text, says) => {
    const failure = launchFailure(sdkError(name, 400, text), input);
    expect(failure).toMatchObject({
      code: 'launch-failed',
      retryable: false,
      message: expect.stringMatching(says),
    });
    expect(failure.message).not.toContain('planted');
  });

  it('may be that it gave no answer', () => {
    const failure = launchFailure(networkError('ETIMEDOUT'), input);
    expect(failure).toMatchObject({ retryable: true, message: expect.stringContaining('ETIMEDOUT') });
  });

  it('is in `failures` of an answer with status 200', () => {
    for (const reason of ['RESOURCE:MEMORY', 'Capacity is unavailable at this time', 'AGENT', '']) {
      expect(noTask(reason, input)).toMatchObject({ code: 'launch-failed', retryable: true });
    }
    expect(noTask('Capacity is unavailable at this time', input).message).toContain(
      'Fargate has no capacity',
    );
    expect(noTask('planted', input).message).toMatch(/^(?!.*planted).*CloudTrail/);
  });
});

describe('every row', () => {
  it.each(launchFailures.map((row) => [String(row.when), row] as const))(
    '%s is one sentence with a remedy',
    (_, row) => {
      expect(row.sentence(input, '')).toMatch(/^[A-Z][^.]*\b.*[^.]$/);
      expect(row.remedy).toMatch(/^(Run|Ask|Try|Deploy|Name|Allow|Choose|Check|Look)\b.*[^.]$/);
    },
  );

  it('is reached by a text of ECS', () => {
    const texts = [...passing, ...lasting].map(([name, text]) => `${name} ${text}`);
    const reached = new Set(texts.map((text) => launchFailures.find(({ when }) => when.test(text))));
    expect(launchFailures.filter((row) => !reached.has(row))).toEqual([]);
  });
});
