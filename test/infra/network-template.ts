import { App, Fn, Stack, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { type AgentNetwork, agentNetwork, type NetworkChoice } from '../../infra/network.ts';

/** A stack with nothing but the network, and its template. */
export function synthesized(
  choice: NetworkChoice,
  props: StackProps = {},
): { network: AgentNetwork; template: Template; stack: Stack } {
  const stack = new Stack(new App(), 'Stack', props);
  const network = agentNetwork(stack, 'Network', choice, {
    buckets: ['ledger', 'output'].map((name) => Bucket.fromBucketName(stack, name, `runops-${name}`)),
    logKey: Key.fromKeyArn(
      stack,
      'LogKey',
      'arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef',
    ),
    logRetention: RetentionDays.ONE_MONTH,
    lookUp: () => ({ vpcId: Fn.importValue('vpc'), publicIp: Fn.importValue('public-ip') }),
  });
  return { network, template: Template.fromStack(stack), stack };
}

export const givenSubnets = ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'];

/** All properties of the resources of one type. */
export function propertiesOf(template: Template, type: string): Record<string, unknown>[] {
  return Object.values(template.findResources(type)).map(
    (resource) => (resource as { Properties: Record<string, unknown> }).Properties,
  );
}

/** The rules that let something in, inside groups and beside them. */
export function ingressOf(template: Template): unknown[] {
  return [
    ...propertiesOf(template, 'AWS::EC2::SecurityGroup').flatMap((group) => group.SecurityGroupIngress ?? []),
    ...propertiesOf(template, 'AWS::EC2::SecurityGroupIngress'),
  ];
}

/** The rules that let something out, inside groups and beside them. */
export function egressOf(template: Template): unknown[] {
  return [
    ...propertiesOf(template, 'AWS::EC2::SecurityGroup').flatMap((group) => group.SecurityGroupEgress ?? []),
    ...propertiesOf(template, 'AWS::EC2::SecurityGroupEgress'),
  ];
}
