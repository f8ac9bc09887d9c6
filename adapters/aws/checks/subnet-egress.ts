import {
  DescribeVpcEndpointsCommand,
  type EC2Client,
  type RouteTable,
  type Subnet,
} from '@aws-sdk/client-ec2';
import { type Finding, ill, weak, well } from '../../../core/finding.ts';
import { ask, looking } from './look.ts';
import { tableOf, wayOut } from './route.ts';
import { describeRoutes, describeSubnets } from './subnet-network.ts';

/** Subnets in which containers are to start. */
export interface ContainerSubnets {
  /** Whose they are: `the agent`, `the target orders`. */
  of: string;
  subnets: readonly string[];
  publicIp: boolean;
  /** Services of AWS that need an endpoint where there is no way out, such as `ecr.api`. */
  services: readonly string[];
}

/** What a container of the agent reaches besides its target. */
export const servicesOfContainers = ['ecr.api', 'ecr.dkr', 'logs', 's3', 'secretsmanager', 'sts'];

/** Whether containers in these subnets get out, and whether they survive the loss of a zone. */
export function subnetEgress(ec2: EC2Client, wanted: ContainerSubnets): Promise<Finding[]> {
  const check = `subnets of ${wanted.of}`;
  return looking(check, async () => {
    const found = await describeSubnets(ec2, wanted.subnets);
    if ('missing' in found) return [ill(check, found.missing, 'Name subnets of this region and account.')];
    const { subnets } = found;
    const vpcs = [...new Set(subnets.map(({ VpcId = '' }) => VpcId))];
    if (vpcs.length > 1) {
      const sentence = `The subnets are in several VPCs: ${vpcs.join(', ')}.`;
      return [ill(check, sentence, 'Name subnets of one VPC: a container has one security group for all.')];
    }
    const stuck = await stuckSubnets(ec2, vpcs[0] ?? '', subnets, wanted);
    if (stuck.length > 0) return stuck.map(({ sentence, remedy }) => ill(check, sentence, remedy));
    const zones = new Set(subnets.map(({ AvailabilityZone }) => AvailabilityZone));
    if (zones.size === 1) {
      const sentence = `All subnets are in one availability zone, ${subnets[0]?.AvailabilityZone}.`;
      return [
        weak(check, sentence, 'Add a subnet of another zone: where one is short of capacity, ECS takes it.'),
      ];
    }
    return [well(check, `They are in ${zones.size} availability zones, and each has a way out.`)];
  });
}

interface Stuck {
  sentence: string;
  remedy: string;
}

/** Those from which a container gets nowhere. */
async function stuckSubnets(
  ec2: EC2Client,
  vpc: string,
  subnets: readonly Subnet[],
  { publicIp, services }: ContainerSubnets,
): Promise<Stuck[]> {
  const tables = await describeRoutes(ec2, vpc);
  const isClosed = (subnet: Subnet) => wayOut(tableOf(subnet, tables)).kind === 'none';
  const lacking = subnets.some(isClosed) ? await lackingEndpoints(ec2, vpc, services) : [];
  return subnets.flatMap((subnet) => stuckIn(subnet, tables, publicIp, lacking));
}

function stuckIn(
  subnet: Subnet,
  tables: readonly RouteTable[],
  publicIp: boolean,
  lacking: readonly string[],
): Stuck[] {
  const where = `The subnet ${subnet.SubnetId}`;
  const way = wayOut(tableOf(subnet, tables));
  if (way.kind === 'blackhole') {
    return [
      {
        sentence: `${where} has a default route into a blackhole (${way.through} is gone).`,
        remedy: 'Point 0.0.0.0/0 of its route table to a gateway that is there, or name another subnet.',
      },
    ];
  }
  if (way.kind === 'internet-gateway' && !publicIp) {
    return [
      {
        sentence: `${where} leads to an internet gateway, which serves public addresses only, and containers get none.`,
        remedy: 'Set publicIp, or name a subnet whose route goes through a NAT gateway.',
      },
    ];
  }
  if (way.kind !== 'none' || lacking.length === 0) return [];
  return [
    {
      sentence: `${where} has no route to the internet, and its VPC no endpoint of ${lacking.join(', ')}.`,
      remedy: 'Give its route table a default route through a NAT gateway, or the VPC these endpoints.',
    },
  ];
}

/** The services that a VPC without a way out does not reach. */
async function lackingEndpoints(ec2: EC2Client, vpc: string, services: readonly string[]) {
  const Filters = [
    { Name: 'vpc-id', Values: [vpc] },
    { Name: 'vpc-endpoint-state', Values: ['available'] },
  ];
  const answer = ec2.send(new DescribeVpcEndpointsCommand({ Filters }));
  const { VpcEndpoints = [] } = await ask('ec2:DescribeVpcEndpoints', `the endpoints of ${vpc}`, answer);
  // com.amazonaws.eu-west-1.ecr.api
  const there = VpcEndpoints.map(({ ServiceName = '' }) => ServiceName.split('.').slice(3).join('.'));
  return services.filter((service) => !there.includes(service));
}
