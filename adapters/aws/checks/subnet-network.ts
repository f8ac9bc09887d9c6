import {
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  type EC2Client,
  type RouteTable,
  type Subnet,
} from '@aws-sdk/client-ec2';
import { AgentError } from '../../../core/errors.ts';
import { explainAwsFailure } from '../aws-failure.ts';
import { ask, NotAnswered } from './look.ts';
import { tableOf, wayOut } from './route.ts';

/**
 * What a stack has to know of subnets that are only named when it is made: their VPC, and whether a container in them
 * needs a public address, because an internet gateway is the way out of one. Without subnets there is nothing to know.
 * @throws AgentError `config-invalid` when that cannot be looked up.
 */
export async function networkOf(
  ec2: EC2Client,
  ids: readonly string[],
): Promise<{ vpc: string; needsAddress: boolean }> {
  if (ids.length === 0) return { vpc: '', needsAddress: false };
  try {
    return await lookUp(ec2, ids);
  } catch (thrown) {
    if (!(thrown instanceof NotAnswered)) throw thrown;
    throw new AgentError('config-invalid', explainAwsFailure(thrown.cause, thrown.call), { cause: thrown });
  }
}

async function lookUp(ec2: EC2Client, ids: readonly string[]) {
  const found = await describeSubnets(ec2, ids);
  const subnets = 'subnets' in found ? found.subnets : [];
  const vpc = subnets[0]?.VpcId ?? '';
  const tables = await describeRoutes(ec2, vpc);
  const needsAddress = subnets.some((subnet) => wayOut(tableOf(subnet, tables)).kind === 'internet-gateway');
  return { vpc, needsAddress };
}

export async function describeSubnets(
  ec2: EC2Client,
  ids: readonly string[],
): Promise<{ subnets: Subnet[] } | { missing: string }> {
  try {
    const answer = ec2.send(new DescribeSubnetsCommand({ SubnetIds: [...ids] }));
    const { Subnets = [] } = await ask('ec2:DescribeSubnets', 'the subnets', answer);
    return { subnets: Subnets };
  } catch (thrown) {
    const isWrong = thrown instanceof NotAnswered && /^InvalidSubnetI[Dd]/.test(thrown.failure.name);
    if (!isWrong) throw thrown;
    return { missing: `One of the subnets ${ids.join(', ')} does not exist here.` };
  }
}

export async function describeRoutes(ec2: EC2Client, vpc: string): Promise<RouteTable[]> {
  const answer = ec2.send(new DescribeRouteTablesCommand({ Filters: [{ Name: 'vpc-id', Values: [vpc] }] }));
  const { RouteTables = [] } = await ask('ec2:DescribeRouteTables', `the route tables of ${vpc}`, answer);
  return RouteTables;
}
