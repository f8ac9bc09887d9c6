import {
  CloudFormationClient,
  DescribeStacksCommand,
  type StackStatus,
} from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, it } from 'vitest';
import { isRollingBack } from '../../../adapters/aws/stack-status.ts';

const stackId = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/runops-agent/1';

it.each<[StackStatus, boolean]>([
  ['UPDATE_IN_PROGRESS', false],
  ['UPDATE_ROLLBACK_IN_PROGRESS', true],
  ['ROLLBACK_IN_PROGRESS', true],
  ['CREATE_IN_PROGRESS', false],
])('knows from the status %s whether a stack goes back: %s', async (StackStatus, goesBack) => {
  const stacks = [{ StackName: 'runops-agent', CreationTime: new Date(0), StackStatus }];
  const cloudFormation = mockClient(CloudFormationClient);
  cloudFormation.on(DescribeStacksCommand, { StackName: stackId }).resolves({ Stacks: stacks });
  expect(await isRollingBack(new CloudFormationClient({}), stackId)).toBe(goesBack);
});
