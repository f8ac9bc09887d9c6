import { Fn, RemovalPolicy } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  IpAddresses,
  type IVpc,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { AgentError } from '../core/errors.ts';
import { acknowledge, inBothStandards } from './acknowledge.ts';
import type { NetworkSurroundings } from './network.ts';

/** A VPC that is made for the agent. */
export interface OwnVpcProps {
  /**
   * In how many availability zones. When one is short of Fargate capacity, ECS takes another.
   * @default 2, which every region has; 6 at most
   */
  readonly zones?: number;
  /**
   * The addresses, `a.b.c.d/16`. They matter when you connect the VPC with another one.
   * @default '10.0.0.0/16'
   */
  readonly cidr?: string;
}

/** The subnets for the containers. */
export interface Place {
  readonly vpc: IVpc;
  readonly subnetIds: readonly string[];
  readonly routeTableIds: readonly string[];
}

/** A VPC with one kind of subnet and nothing that costs while it is idle: no NAT gateway, no fixed address. */
export function ownVpc(
  scope: Construct,
  { zones = 2, cidr = '10.0.0.0/16' }: OwnVpcProps,
  subnetType: SubnetType.PUBLIC | SubnetType.PRIVATE_ISOLATED,
  { logKey, logRetention }: NetworkSurroundings,
): Place {
  checkVpc(zones, cidr);
  const isPublic = subnetType === SubnetType.PUBLIC;
  const vpc = new Vpc(scope, 'Vpc', {
    ipAddresses: IpAddresses.cidr(cidr),
    // By number and not by name: names would need a look into the account when the template is made.
    availabilityZones: Array.from({ length: zones }, (_, zone) => Fn.select(zone, Fn.getAzs())),
    natGateways: 0,
    subnetConfiguration: [
      {
        name: 'Runners',
        subnetType,
        cidrMask: 20,
        // ECS gives an address to the containers that are to have one.
        ...(isPublic && { mapPublicIpOnLaunch: false }),
      },
    ],
    // Nothing is ever in the VPC's default group. To empty it, CDK would bring a function with rights on all groups.
    restrictDefaultSecurityGroup: false,
  });
  acknowledgeRules(vpc);
  vpc.addFlowLog('Rejected', {
    // What was let through is the targets' own business, and would cost for each byte of a query's answer.
    trafficType: FlowLogTrafficType.REJECT,
    destination: FlowLogDestination.toCloudWatchLogs(
      new LogGroup(scope, 'RejectedPackets', {
        retention: logRetention,
        removalPolicy: RemovalPolicy.DESTROY,
        ...(logKey && { encryptionKey: logKey }),
      }),
    ),
  });
  const subnets = isPublic ? vpc.publicSubnets : vpc.isolatedSubnets;
  return {
    // CDK's class and its interface differ in `vpnGatewayId?: string` and `string | undefined`; no gateway, no matter.
    vpc: vpc as IVpc,
    subnetIds: subnets.map((subnet) => subnet.subnetId),
    routeTableIds: subnets.map((subnet) => subnet.routeTable.routeTableId),
  };
}

function checkVpc(zones: number, cidr: string): void {
  if (!Number.isInteger(zones) || zones < 1 || zones > 6) {
    throw new AgentError('config-invalid', `The network has ${zones} zones. Give 2 or 3; 6 is the most.`);
  }
  if (!/^(\d{1,3}\.){2}0\.0\/16$/.test(cidr)) {
    throw new AgentError(
      'config-invalid',
      `The network has the addresses "${cidr}". Give a block of the size /16, such as 10.40.0.0/16.`,
    );
  }
}

/** What the rule packs say of such a VPC, and why it is so. */
function acknowledgeRules(vpc: Vpc): void {
  acknowledge(
    vpc,
    'Nothing is ever in the default group, and closing it takes a function with rights on all groups.',
    inBothStandards('VPCDefaultSecurityGroupClosed'),
  );
  acknowledge(
    vpc,
    'The way out of the profile "public". Its security group lets nothing in; "isolated" has no such route.',
    inBothStandards('VPCNoUnrestrictedRouteToIGW'),
  );
  acknowledge(
    vpc,
    'The policy of the role that writes the flow log lives and goes with that role.',
    inBothStandards('IAMNoInlinePolicy'),
  );
}
