import { Aws, Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, QueryDefinition, QueryString, ResourcePolicy } from 'aws-cdk-lib/aws-logs';
import {
  CfnFirewallConfig,
  CfnFirewallDomainList,
  CfnFirewallRuleGroup,
  CfnFirewallRuleGroupAssociation,
  CfnResolverQueryLoggingConfig,
  CfnResolverQueryLoggingConfigAssociation,
} from 'aws-cdk-lib/aws-route53resolver';
import type { Construct } from 'constructs';
import { AgentError } from '../core/errors.ts';
import type { NetworkSurroundings } from './network.ts';

/**
 * Resolves the names of the network's endpoints and those of `allowedHosts`, and no other: a security group does not
 * see questions to the VPC's resolver, and a name can carry data out.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall.html
 */
export function dnsFirewall(scope: Construct, vpc: IVpc, allowedHosts: readonly string[]): void {
  const name = Names.uniqueResourceName(scope, { maxLength: 50, separator: '-' });
  const allowed = new CfnFirewallDomainList(scope, 'AllowedNames', {
    name: `${name}-allowed`,
    domains: [...endpointNames(scope), ...allowedHosts.map(checkedHost)],
  });
  const all = new CfnFirewallDomainList(scope, 'AllNames', { name: `${name}-all`, domains: ['*'] });
  const rules = new CfnFirewallRuleGroup(scope, 'DnsFirewall', {
    name,
    firewallRules: [
      {
        priority: 100,
        action: 'ALLOW',
        firewallDomainListId: allowed.attrId,
        // Who owns an allowed name may point it at another one, as RDS and load balancers do.
        firewallDomainRedirectionAction: 'TRUST_REDIRECTION_DOMAIN',
      },
      // The client is told at once that there is no such name, and says so, in place of waiting for an answer.
      { priority: 200, action: 'BLOCK', blockResponse: 'NXDOMAIN', firewallDomainListId: all.attrId },
    ],
  });
  new CfnFirewallRuleGroupAssociation(scope, 'DnsFirewallOfVpc', {
    name,
    firewallRuleGroupId: rules.attrId,
    vpcId: vpc.vpcId,
    // The first number that is free for rule groups of one's own.
    priority: 101,
  });
  // While the firewall cannot answer, nothing is resolved.
  new CfnFirewallConfig(scope, 'DnsFailsClosed', { resourceId: vpc.vpcId, firewallFailOpen: 'DISABLED' });
}

/**
 * Logs every name that was asked for, with a saved query in Logs Insights that shows the denied ones.
 *
 * @returns the log group
 */
export function dnsQueryLog(scope: Construct, vpc: IVpc, surroundings: NetworkSurroundings): LogGroup {
  const { account, partition, region, stackName } = Stack.of(scope);
  const logGroup = new LogGroup(scope, 'DnsQueries', {
    retention: surroundings.logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
    ...(surroundings.logKey && { encryptionKey: surroundings.logKey }),
  });
  const mayWrite = new ResourcePolicy(scope, 'DnsQueriesDelivery', {
    policyStatements: [
      new PolicyStatement({
        principals: [new ServicePrincipal('delivery.logs.amazonaws.com')],
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: { 'aws:SourceArn': `arn:${partition}:logs:${region}:${account}:*` },
        },
      }),
    ],
  });
  const config = new CfnResolverQueryLoggingConfig(scope, 'DnsQueryLogging', {
    destinationArn: logGroup.logGroupArn,
  });
  config.node.addDependency(mayWrite);
  new CfnResolverQueryLoggingConfigAssociation(scope, 'DnsQueryLoggingOfVpc', {
    resolverQueryLogConfigId: config.attrId,
    resourceId: vpc.vpcId,
  });
  new QueryDefinition(scope, 'DeniedNames', {
    queryDefinitionName: `${stackName}/names that the network denied`,
    logGroups: [logGroup],
    queryString: new QueryString({
      filterStatements: ['firewall_rule_action = "BLOCK"'],
      statsStatements: ['count(*) as times, latest(@timestamp) as last by query_name'],
      sort: 'times desc',
      limit: 200,
    }),
  });
  return logGroup;
}

/** The names behind the endpoints of `network-endpoints.ts`, in this region only. */
function endpointNames(scope: Construct): string[] {
  const { region } = Stack.of(scope);
  return [
    'api.ecr',
    '*.dkr.ecr',
    'logs',
    'secretsmanager',
    'sts',
    's3',
    // Buckets, also the one with the layers of the images.
    '*.s3',
  ].map((service) => `${service}.${region}.${Aws.URL_SUFFIX}`);
}

/** @throws AgentError `config-invalid` when it is no name, or would allow a whole top-level domain */
function checkedHost(host: string): string {
  if (!/^(\*\.)?([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\.)+[a-z0-9-]+$/i.test(host)) {
    throw new AgentError(
      'config-invalid',
      `The isolated network: "${host}" cannot be allowed. Write a host name such as db.example.com, or ` +
        '*.example.com for all below it; addresses need no entry.',
    );
  }
  return host.toLowerCase();
}
