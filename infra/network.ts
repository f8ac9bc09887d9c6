import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { EitherNetwork, type EitherNetworkProps } from './network-either.ts';
import { IsolatedNetwork, type IsolatedNetworkProps } from './network-isolated.ts';
import { PrivateNetwork, type PrivateNetworkProps } from './network-private.ts';
import { PublicNetwork, type PublicNetworkProps } from './network-public.ts';

/** Where the containers of the executions run, and what they reach. Nothing reaches them, in any profile. */
export interface AgentNetwork {
  readonly vpc: IVpc;
  readonly subnetIds: readonly string[];
  /** They let nothing in. What they let out is the profile's matter. */
  readonly securityGroupIds: readonly string[];
  /**
   * Whether the containers get a public address, for the way out: their subnets have no other one. Text where
   * CloudFormation fills in `true` or `false`.
   */
  readonly publicIp: boolean | string;
  /** The names that the containers asked for, where those that are not allowed are denied. */
  readonly dnsQueries?: ILogGroup;
}

/**
 * The profiles, told apart by `profile`:
 *
 * - `public`: a VPC of its own, no NAT, an address per container, every TCP port out. Nothing to pay while idle.
 * - `private`: subnets of yours, with the way out that they have.
 * - `isolated`: no way out but to the AWS services that the agent needs and to what you name.
 * - `either`: `private` where a parameter of the template names subnets, else `public`; for a template without CDK.
 */
export type NetworkChoice =
  | ({ readonly profile: 'public' } & PublicNetworkProps)
  | ({ readonly profile: 'private' } & PrivateNetworkProps)
  | ({ readonly profile: 'isolated' } & IsolatedNetworkProps)
  | ({ readonly profile: 'either' } & EitherNetworkProps);

/** What a network has to know of the agent that it is for. */
export interface NetworkSurroundings {
  /** The buckets that the containers read and write: the ledger and the raw output. */
  readonly buckets: readonly IBucket[];
  /**
   * The key of the network's log groups; its policy has to let CloudWatch Logs use it.
   * @default the key that CloudWatch Logs owns
   */
  readonly logKey?: IKey;
  /** How long the network's logs (rejected packets, DNS queries) are kept. */
  readonly logRetention: RetentionDays;
  /** What the account says of the subnets that a parameter names, when the stack is made; `publicIp` is a boolean. */
  lookUp(): { readonly vpcId: string; readonly publicIp: string };
}

/** @throws AgentError `config-invalid` that says which id of the choice is not one. */
export function agentNetwork(
  scope: Construct,
  id: string,
  choice: NetworkChoice,
  surroundings: NetworkSurroundings,
): AgentNetwork {
  switch (choice.profile) {
    case 'public':
      return new PublicNetwork(scope, id, choice, surroundings);
    case 'private':
      return new PrivateNetwork(scope, id, choice);
    case 'isolated':
      return new IsolatedNetwork(scope, id, choice, surroundings);
    case 'either':
      return new EitherNetwork(scope, id, choice, surroundings);
  }
}
