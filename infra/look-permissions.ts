import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { allow, type Permission } from './permissions.ts';

/** What the preflight and the doctor look up of the account. */
export function accountPermissions(): Permission[] {
  return [
    allow(['servicequotas:GetServiceQuota'], ['*'], {
      star: 'Service Quotas knows no resource for reading one.',
    }),
    allow(['ec2:DescribeRouteTables', 'ec2:DescribeSubnets', 'ec2:DescribeVpcEndpoints'], ['*'], {
      star: 'EC2 knows no resource for looking at a network.',
    }),
  ];
}

/** With a role of this name ECS makes the network of containers. IAM knows it in all regions. */
export function serviceLinkedRoleArn(scope: Construct): string {
  const resourceName = 'aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS';
  return Stack.of(scope).formatArn({ service: 'iam', region: '', resource: 'role', resourceName });
}
