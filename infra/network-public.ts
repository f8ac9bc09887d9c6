import {
  GatewayVpcEndpointAwsService,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { AgentNetwork, NetworkSurroundings } from './network.ts';
import { type OwnVpcProps, ownVpc } from './network-own-vpc.ts';

export type PublicNetworkProps = OwnVpcProps;

/**
 * The default: public subnets without a NAT gateway. Each container has a public address while it runs and can open
 * TCP connections to anywhere. Nothing can open one to it: its security group has no inbound rule.
 */
export class PublicNetwork extends Construct implements AgentNetwork {
  readonly vpc: IVpc;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly publicIp = true;

  constructor(scope: Construct, id: string, props: PublicNetworkProps, surroundings: NetworkSurroundings) {
    super(scope, id);
    const { vpc, subnetIds } = ownVpc(this, props, SubnetType.PUBLIC, surroundings);
    // Free of charge, and it keeps images and output off the public addresses.
    vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 });
    this.vpc = vpc;
    this.subnetIds = subnetIds;
    this.securityGroupIds = [outboundGroup(this, vpc).securityGroupId];
  }
}

/** Lets all TCP out, because a target may listen on any port, and nothing in. */
export function outboundGroup(scope: Construct, vpc: IVpc): SecurityGroup {
  const group = new SecurityGroup(scope, 'Runners', {
    vpc,
    description: 'Containers of Runops executions: TCP out, nothing in',
    allowAllOutbound: false,
  });
  group.addEgressRule(Peer.anyIpv4(), Port.allTcp(), 'The targets, wherever they are');
  return group;
}
