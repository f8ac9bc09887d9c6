import { AgentError } from '../core/errors.ts';
import type { AgentNetwork } from './network.ts';
import { checkedIds } from './network-ids.ts';

/** Where the containers of one target run, if not where all others do. */
export interface TargetNetworkProps {
  /**
   * Security groups that open the way to this target's system. Without `subnets` they come on top of the agent's
   * own; with `subnets`, which can be in another VPC, they take their place.
   * @default the agent's own alone
   */
  readonly securityGroups?: readonly string[];
  /**
   * Subnets from which the target's system is reached, and from which the container reaches ECR, S3, STS, Secrets
   * Manager and CloudWatch Logs too.
   * @default the agent's own
   */
  readonly subnets?: readonly string[];
  /**
   * Whether the containers get a public address. Only with `subnets`, and only when those have an internet gateway.
   * @default false
   */
  readonly publicIp?: boolean;
}

/** What ECS takes: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html */
const securityGroupsMax = 5;
const subnetsMax = 16;

/**
 * The network of one target, as the dispatcher's settings want it: only what differs from the agent's.
 *
 * @throws AgentError `config-invalid` that says what is wrong with which target
 */
export function targetNetwork(
  target: string,
  own: Pick<AgentNetwork, 'securityGroupIds'>,
  { securityGroups, subnets, publicIp }: TargetNetworkProps,
): { securityGroups?: string[]; subnets?: string[]; publicIp?: boolean } {
  const where = `Target "${target}"`;
  if (subnets && !securityGroups) {
    throw new AgentError(
      'config-invalid',
      `${where} has subnets of its own and no security groups. Name at least one group of the same VPC.`,
    );
  }
  if (publicIp !== undefined && !subnets) {
    throw new AgentError(
      'config-invalid',
      `${where}: publicIp is for a target with subnets of its own. Take it out.`,
    );
  }
  const groups = securityGroups && [
    ...(subnets ? [] : own.securityGroupIds),
    ...checkedIds('sg', securityGroups, where),
  ];
  checkCount(
    where,
    subnets ? 'security groups' : "security groups, with the agent's own",
    groups ?? [],
    securityGroupsMax,
  );
  checkCount(where, 'subnets', subnets ?? [], subnetsMax);
  return {
    ...(groups && { securityGroups: groups }),
    ...(subnets && { subnets: checkedIds('subnet', subnets, where), publicIp: publicIp ?? false }),
  };
}

function checkCount(where: string, what: string, ids: readonly string[], max: number): void {
  if (ids.length > max) {
    throw new AgentError('config-invalid', `${where} has ${ids.length} ${what}. ECS takes ${max} at most.`);
  }
}
