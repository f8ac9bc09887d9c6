import { CustomResource, Duration } from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';
import type { VariablesOf } from '../adapters/aws/deployment-env.ts';
import type { PreflightEnv } from '../functions/preflight/env.ts';
import { AgentFunction, type FunctionSurroundings } from './agent-function.ts';
import { accountPermissions, serviceLinkedRoleArn } from './look-permissions.ts';
import { packageVersion } from './package-files.ts';
import { allow, type Permission } from './permissions.ts';

/** Whatever is a text may be filled in by CloudFormation: what it is then is looked at in the account. */
export interface PreflightProps {
  readonly functions: FunctionSurroundings;
  readonly agentName: string;
  /** The ARN of the secret with the agent's token, and the permission to read it. */
  readonly tokenSecret: string;
  readonly token: readonly Permission[];
  readonly apiUrl: string;
  readonly tags: string | undefined;
  /**
   * Subnets that are there already, in which containers are to start: also one list that a parameter fills in.
   * @default - none: the stack makes its own
   */
  readonly subnetIds?: readonly string[];
  /**
   * Whether containers get a public address. `auto`: where the way out of their subnets needs one.
   * @default 'false'
   */
  readonly publicIp?: 'true' | 'false' | 'auto';
  /**
   * The policy, as JSON.
   * @default - none
   */
  readonly policy?: string;
}

/** What the look may take; CloudFormation would wait for an hour. */
const lookSeconds = 120;
const waitSeconds = 240;

/** Looks at the account before anything of the agent is made in it, and lets no stack begin that could not work. */
export class Preflight extends Construct {
  readonly resource: CustomResource;

  constructor(scope: Construct, id: string, props: PreflightProps) {
    super(scope, id);
    const variables: VariablesOf<PreflightEnv> = { AGENT_NAME: props.agentName };
    const looker = new AgentFunction(this, 'Look', {
      ...props.functions,
      name: 'preflight',
      description: 'Runops agent: looks whether the agent can work in this account, before it is made',
      memoryMiB: 256,
      timeoutSeconds: lookSeconds,
      variables,
      permissions: [
        ...props.token,
        ...accountPermissions(),
        allow(['iam:GetRole'], [serviceLinkedRoleArn(this)]),
        allow(['iam:CreateServiceLinkedRole'], [serviceLinkedRoleArn(this)], {
          conditions: { StringEquals: { 'iam:AWSServiceName': 'ecs.amazonaws.com' } },
        }),
      ],
    });
    this.resource = new CustomResource(this, 'Resource', {
      resourceType: 'Custom::RunopsPreflight',
      serviceToken: looker.function.functionArn,
      serviceTimeout: Duration.seconds(waitSeconds),
      // Whatever changes here is looked at again.
      properties: {
        Version: packageVersion,
        TokenSecret: props.tokenSecret,
        ApiUrl: props.apiUrl,
        Tags: props.tags ?? '',
        SubnetIds: props.subnetIds ?? [],
        PublicIp: props.publicIp ?? 'false',
        Policy: props.policy ?? '',
      },
    });
  }

  /** The VPC of the subnets; empty without subnets. */
  get vpcId(): string {
    return this.resource.getAttString('VpcId');
  }

  /** Whether containers in the subnets need a public address: `true` or `false`. */
  get publicIp(): string {
    return this.resource.getAttString('PublicIp');
  }

  /** Has everything of these constructs made only after the account was looked at. */
  goesBefore(constructs: readonly IConstruct[]): void {
    for (const construct of constructs) if (construct !== this) construct.node.addDependency(this.resource);
  }
}
