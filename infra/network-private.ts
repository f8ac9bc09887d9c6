import { Fn } from 'aws-cdk-lib';
import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { AgentNetwork } from './network.ts';
import { checkedIds } from './network-ids.ts';
import { outboundGroup } from './network-public.ts';

/** Subnets that you have. All is given by its id, so that making the template needs no look into your account. */
export interface PrivateNetworkProps {
  readonly vpcId: string;
  /**
   * In several availability zones if you can: when one is short of Fargate capacity, ECS takes another. From each,
   * ECR, S3, STS, Secrets Manager and CloudWatch Logs have to be reachable, by a NAT gateway or by endpoints.
   */
  readonly subnetIds: readonly string[];
  /**
   * Security groups of that VPC for all containers.
   * @default one that lets all TCP out and nothing in
   */
  readonly securityGroupIds?: readonly string[];
  /**
   * Whether the containers get a public address: for public subnets of yours, which have no other way out.
   * @default false
   */
  readonly publicIp?: boolean;
}

/** Runs the containers in your subnets, with the way out that those have. */
export class PrivateNetwork extends Construct implements AgentNetwork {
  readonly vpc: IVpc;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly publicIp: boolean;

  constructor(scope: Construct, id: string, props: PrivateNetworkProps) {
    super(scope, id);
    this.vpc = givenVpc(this, props.vpcId, 'The private network');
    this.subnetIds = checkedIds('subnet', props.subnetIds, 'The private network');
    this.securityGroupIds = props.securityGroupIds
      ? checkedIds('sg', props.securityGroupIds, 'The private network')
      : [outboundGroup(this, this.vpc).securityGroupId];
    this.publicIp = props.publicIp ?? false;
  }
}

/** @throws AgentError `config-invalid` when it is no id of a VPC */
export function givenVpc(scope: Construct, vpcId: string, where: string): IVpc {
  checkedIds('vpc', [vpcId], where);
  return Vpc.fromVpcAttributes(scope, 'Vpc', { vpcId, availabilityZones: [Fn.select(0, Fn.getAzs())] });
}
