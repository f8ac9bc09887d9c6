import { CfnMapping, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AgentError } from '../core/errors.ts';
import { checkedIds } from './network-ids.ts';

/**
 * AWS's own lists of S3's addresses, `com.amazonaws.<region>.s3`. A security group wants the id, an id never changes,
 * and CloudFormation has no function that finds it: so the regions that every account has are written down here.
 * https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
 */
const s3PrefixLists: Readonly<Record<string, string>> = {
  'ap-northeast-1': 'pl-61a54008',
  'ap-northeast-2': 'pl-78a54011',
  'ap-northeast-3': 'pl-a4a540cd',
  'ap-south-1': 'pl-78a54011',
  'ap-southeast-1': 'pl-6fa54006',
  'ap-southeast-2': 'pl-6ca54005',
  'ca-central-1': 'pl-7da54014',
  'eu-central-1': 'pl-6ea54007',
  'eu-north-1': 'pl-c3aa4faa',
  'eu-west-1': 'pl-6da54004',
  'eu-west-2': 'pl-7ca54015',
  'eu-west-3': 'pl-23ad484a',
  'sa-east-1': 'pl-6aa54003',
  'us-east-1': 'pl-63a5400a',
  'us-east-2': 'pl-7ba54012',
  'us-west-1': 'pl-6ba54002',
  'us-west-2': 'pl-68a54001',
};

/**
 * The id of S3's prefix list in the stack's region, also when that is known only at the deployment: then a region
 * that is not written down ends the deployment before anything is made.
 *
 * @throws AgentError `config-invalid` when the region is known and not written down, and none is given
 */
export function s3PrefixList(scope: Construct, given: string | undefined): string {
  if (given !== undefined) return checkedIds('pl', [given], 's3PrefixList')[0] ?? given;
  const { region } = Stack.of(scope);
  if (Token.isUnresolved(region)) {
    const mapping = Object.fromEntries(
      Object.entries(s3PrefixLists).map(([name, id]) => [name, { giveS3PrefixListForThisRegion: id }]),
    );
    return new CfnMapping(scope, 'S3PrefixLists', { mapping }).findInMap(
      region,
      'giveS3PrefixListForThisRegion',
    );
  }
  const known = s3PrefixLists[region];
  if (known === undefined) {
    throw new AgentError(
      'config-invalid',
      `The isolated network does not know the S3 prefix list of ${region}. Give it as s3PrefixList: ` +
        'aws ec2 describe-managed-prefix-lists --query "PrefixLists[].PrefixListId" --output text ' +
        `--filters Name=prefix-list-name,Values=com.amazonaws.${region}.s3`,
    );
  }
  return known;
}
