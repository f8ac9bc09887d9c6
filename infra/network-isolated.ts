import { Stack } from 'aws-cdk-lib';
import { type IVpc, Peer, Port, SecurityGroup, SubnetType } from 'aws-cdk-lib/aws-ec2';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { AgentNetwork, NetworkSurroundings } from './network.ts';
import { dnsFirewall, dnsQueryLog } from './network-dns.ts';
import { endpoints } from './network-endpoints.ts';
import { checkedIds } from './network-ids.ts';
import { type OwnVpcProps, ownVpc, type Place } from './network-own-vpc.ts';
import { givenVpc } from './network-private.ts';
import { s3PrefixList } from './network-s3-prefix-lists.ts';

export interface IsolatedNetworkProps extends OwnVpcProps {
  /**
   * A VPC of yours that is for Runops alone and has no endpoints yet. Its resolver answers nobody in it any more but
   * for the allowed names: for a VPC that you share with other systems, take the profile `private`.
   * @default a VPC of its own
   */
  readonly vpc?: {
    readonly vpcId: string;
    readonly subnetIds: readonly string[];
    /** The route tables of these subnets: they get the way to S3. */
    readonly routeTableIds: readonly string[];
  };
  /**
   * The host names of your targets, `*.example.com` for all below one. A target that is named by its address needs
   * none. The name alone opens no way: give the target a security group.
   * @default none
   */
  readonly allowedHosts?: readonly string[];
  /**
   * Puts the interface endpoints into the first subnet only. It halves their price; when that zone fails, nothing runs.
   * @default false
   */
  readonly oneZoneEndpoints?: boolean;
  /**
   * Further accounts whose images and secrets may be read.
   * @default the stack's own account only
   */
  readonly accounts?: readonly string[];
  /**
   * The id of AWS's prefix list `com.amazonaws.<region>.s3`.
   * @default known for the regions that every account has
   */
  readonly s3PrefixList?: string;
}

/**
 * No internet gateway, no NAT. The containers reach the interface endpoints and S3, both with policies, and resolve
 * the names that are allowed. What a target needs beyond that, a security group of its own opens.
 */
export class IsolatedNetwork extends Construct implements AgentNetwork {
  readonly vpc: IVpc;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly publicIp = false;
  readonly dnsQueries: ILogGroup;

  constructor(scope: Construct, id: string, props: IsolatedNetworkProps, surroundings: NetworkSurroundings) {
    super(scope, id);
    const place = props.vpc
      ? givenPlace(this, props.vpc)
      : ownVpc(this, props, SubnetType.PRIVATE_ISOLATED, surroundings);
    this.vpc = place.vpc;
    this.subnetIds = place.subnetIds;

    const groups = defaultDenyGroups(this, place.vpc, s3PrefixList(this, props.s3PrefixList));
    this.securityGroupIds = [groups.runners.securityGroupId];

    endpoints(this, {
      ...place,
      subnetIds: props.oneZoneEndpoints ? place.subnetIds.slice(0, 1) : place.subnetIds,
      securityGroup: groups.endpoints,
      buckets: surroundings.buckets,
      accounts: [Stack.of(this).account, ...(props.accounts ?? [])],
    });
    dnsFirewall(this, place.vpc, props.allowedHosts ?? []);
    this.dnsQueries = dnsQueryLog(this, place.vpc, surroundings);
  }
}

function givenPlace(scope: Construct, given: NonNullable<IsolatedNetworkProps['vpc']>): Place {
  const where = 'The isolated network';
  return {
    vpc: givenVpc(scope, given.vpcId, where),
    subnetIds: checkedIds('subnet', given.subnetIds, where),
    routeTableIds: checkedIds('rtb', given.routeTableIds, where),
  };
}

/**
 * From the containers to the endpoints and to S3, by HTTPS, and nothing else: not even within their own group.
 * DNS is not a security group's matter: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
 */
function defaultDenyGroups(scope: Construct, vpc: IVpc, s3: string) {
  const runners = new SecurityGroup(scope, 'Runners', {
    vpc,
    description: 'Containers of Runops executions: HTTPS to the endpoints and S3, nothing in',
    allowAllOutbound: false,
  });
  const endpoints = new SecurityGroup(scope, 'Endpoints', {
    vpc,
    description: 'Interface endpoints: HTTPS from the containers of Runops executions',
    allowAllOutbound: false,
  });
  // Between two groups the rules have to be resources of their own: each would wait for the other.
  runners.connections.allowTo(endpoints, Port.HTTPS, 'AWS services');
  runners.addEgressRule(Peer.prefixList(s3), Port.HTTPS, 'S3');
  return { runners, endpoints };
}
