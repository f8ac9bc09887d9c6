import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';

/**
 * Whether CloudFormation is putting a stack back to what it was: then it asks custom resources for the update of before
 * once more, and says nowhere in the request that it does.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
 */
export async function isRollingBack(
  cloudFormation: Pick<CloudFormationClient, 'send'>,
  stackId: string,
): Promise<boolean> {
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stackId }));
  return /ROLLBACK/.test(Stacks[0]?.StackStatus ?? '');
}
