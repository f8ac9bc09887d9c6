import { Stack } from 'aws-cdk-lib';
import { CfnVPCEndpoint, type ISecurityGroup, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** The services that get an interface: each costs by the hour. */
export const interfaceServices = ['ecr.api', 'ecr.dkr', 'logs', 'secretsmanager', 'sts'] as const;

/** Where the endpoints are, and for whom. */
export interface EndpointsProps {
  readonly vpc: IVpc;
  /** One interface, and its price, per subnet and service. */
  readonly subnetIds: readonly string[];
  readonly routeTableIds: readonly string[];
  /** Of the interfaces. */
  readonly securityGroup: ISecurityGroup;
  readonly buckets: readonly IBucket[];
  /** The accounts whose images and secrets may be read, the stack's own among them. */
  readonly accounts: readonly string[];
}

/**
 * The ways out of an isolated network, and what may pass each. The policies are the second lock: credentials of
 * another account, brought along by a script, open nothing here, and ours open no other account's bucket or secret.
 */
export function endpoints(scope: Construct, props: EndpointsProps): void {
  const { region, partition } = Stack.of(scope);
  const policies = interfacePolicies(scope, props.accounts);
  for (const service of interfaceServices) {
    new CfnVPCEndpoint(scope, `Endpoint-${service}`, {
      vpcEndpointType: 'Interface',
      serviceName: `com.amazonaws.${region}.${service}`,
      vpcId: props.vpc.vpcId,
      subnetIds: [...props.subnetIds],
      securityGroupIds: [props.securityGroup.securityGroupId],
      privateDnsEnabled: true,
      policyDocument: new PolicyDocument({ statements: policies[service] }),
    });
  }
  new CfnVPCEndpoint(scope, 'Endpoint-s3', {
    vpcEndpointType: 'Gateway',
    serviceName: `com.amazonaws.${region}.s3`,
    vpcId: props.vpc.vpcId,
    routeTableIds: [...props.routeTableIds],
    policyDocument: new PolicyDocument({
      statements: [
        ours(
          scope,
          ['s3:GetObject', 's3:PutObject'],
          props.buckets.map((bucket) => bucket.arnForObjects('*')),
          {
            'aws:ResourceAccount': Stack.of(scope).account,
          },
        ),
        ours(
          scope,
          ['s3:ListBucket'],
          props.buckets.map((bucket) => bucket.bucketArn),
          {
            'aws:ResourceAccount': Stack.of(scope).account,
          },
        ),
        // The layers of every image in ECR, behind addresses that ECR itself has signed: the caller is not we.
        // https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-minimum-s3-perms
        new PolicyStatement({
          principals: [new AnyPrincipal()],
          actions: ['s3:GetObject'],
          resources: [`arn:${partition}:s3:::prod-${region}-starport-layer-bucket/*`],
        }),
      ],
    }),
  });
}

/**
 * What Fargate and the runner call. Not among them: KMS, which S3 and Secrets Manager call for us, and ECS, which
 * Fargate reaches by a network of its own.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
 */
function interfacePolicies(
  scope: Construct,
  accounts: readonly string[],
): Record<(typeof interfaceServices)[number], PolicyStatement[]> {
  const { region, partition, account } = Stack.of(scope);
  const pull = [
    ours(scope, ['ecr:GetAuthorizationToken'], ['*']),
    ours(
      scope,
      ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      accounts.map((owner) => `arn:${partition}:ecr:${region}:${owner}:repository/*`),
    ),
  ];
  return {
    'ecr.api': pull,
    'ecr.dkr': pull,
    logs: [
      ours(
        scope,
        ['logs:CreateLogStream', 'logs:PutLogEvents'],
        [`arn:${partition}:logs:${region}:${account}:log-group:*`],
      ),
    ],
    secretsmanager: [
      ours(
        scope,
        ['secretsmanager:GetSecretValue'],
        accounts.map((owner) => `arn:${partition}:secretsmanager:${region}:${owner}:secret:*`),
      ),
    ],
    sts: [ours(scope, ['sts:AssumeRole', 'sts:TagSession'], [`arn:${partition}:iam::${account}:role/*`])],
  };
}

/** Allows it to the roles of the stack's own account alone. */
function ours(
  scope: Construct,
  actions: string[],
  resources: string[],
  conditions: Record<string, string> = {},
): PolicyStatement {
  return new PolicyStatement({
    principals: [new AnyPrincipal()],
    actions,
    resources,
    conditions: { StringEquals: { 'aws:PrincipalAccount': Stack.of(scope).account, ...conditions } },
  });
}
