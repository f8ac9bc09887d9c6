import { CfnCondition, Fn } from 'aws-cdk-lib';
import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { either, onlyIf } from './conditions.ts';
import type { AgentNetwork, NetworkSurroundings } from './network.ts';
import { PrivateNetwork } from './network-private.ts';
import { PublicNetwork } from './network-public.ts';

export interface EitherNetworkProps {
  /** A parameter of the template: ids of subnets with commas between them, or nothing. */
  readonly subnetIds: string;
}

/** Your subnets where a parameter of the template names some, and a VPC of its own where it is empty. */
export class EitherNetwork extends Construct implements AgentNetwork {
  readonly vpc: IVpc;
  /** One text, with all ids. */
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly publicIp: string;

  constructor(
    scope: Construct,
    id: string,
    { subnetIds }: EitherNetworkProps,
    surroundings: NetworkSurroundings,
  ) {
    super(scope, id);
    const isOwn = new CfnCondition(this, 'IsOwn', { expression: Fn.conditionEquals(subnetIds, '') });
    const isGiven = new CfnCondition(this, 'IsGiven', { expression: Fn.conditionNot(isOwn) });
    // What cannot be derived from ids alone is looked up in the account when the stack is made.
    const { vpcId, publicIp } = surroundings.lookUp();

    const own = new PublicNetwork(this, 'Own', {}, surroundings);
    const given = new PrivateNetwork(this, 'Given', { vpcId, subnetIds: [subnetIds] });
    onlyIf(isOwn, own);
    onlyIf(isGiven, given);

    const choose = (ofOwn: readonly string[], ofGiven: readonly string[]) => [
      either(isOwn, ofOwn.join(','), ofGiven.join(',')),
    ];
    this.subnetIds = choose(own.subnetIds, given.subnetIds);
    this.securityGroupIds = choose(own.securityGroupIds, given.securityGroupIds);
    this.publicIp = either(isOwn, String(own.publicIp), publicIp);
    this.vpc = Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: either(isOwn, own.vpc.vpcId, given.vpc.vpcId),
      availabilityZones: own.vpc.availabilityZones,
    });
  }
}
