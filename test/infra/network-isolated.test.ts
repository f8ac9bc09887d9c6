import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { interfaceServices } from '../../infra/network-endpoints.ts';
import { egressOf, givenSubnets, ingressOf, propertiesOf, synthesized } from './network-template.ts';

interface Statement {
  Effect: string;
  Principal: unknown;
  Action: string | string[];
  Resource: unknown;
  Condition?: unknown;
}

const isolated = synthesized({
  profile: 'isolated',
  allowedHosts: ['DB.example.com', '*.internal.example.com'],
});
const { template } = isolated;

describe('the isolated network', () => {
  it('has no way out of the VPC but its endpoints', () => {
    for (const type of ['InternetGateway', 'NatGateway', 'Route', 'EgressOnlyInternetGateway']) {
      template.resourceCountIs(`AWS::EC2::${type}`, 0);
    }
    expect(isolated.network.publicIp).toBe(false);
  });

  it('lets containers out to the endpoints and to S3 by HTTPS, and to nothing else', () => {
    const [runners, endpoints] = [/Runners/, /Endpoints/].map((name) => groupId(template, name));
    const https = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443 };
    expect(egressOf(template)).toEqual([
      // What CloudFormation needs in place of "everything": an address that is nobody's.
      expect.objectContaining({ CidrIp: '255.255.255.255/32', IpProtocol: 'icmp' }),
      expect.objectContaining({ ...https, GroupId: runners, DestinationSecurityGroupId: endpoints }),
      expect.objectContaining({ ...https, DestinationPrefixListId: expect.anything() }),
    ]);
  });

  it('lets nothing in but the HTTPS of the containers, to the endpoints', () => {
    const [runners, endpoints] = [/Runners/, /Endpoints/].map((name) => groupId(template, name));
    expect(ingressOf(template)).toEqual([
      expect.objectContaining({
        GroupId: endpoints,
        SourceSecurityGroupId: runners,
        FromPort: 443,
        ToPort: 443,
      }),
    ]);
  });

  it('knows the prefix list of S3 where the region is known, and looks it up at the deployment otherwise', () => {
    const inRegion = (region: string, more = {}) =>
      egressOf(synthesized({ profile: 'isolated', ...more }, { env: { region } }).template);
    expect(inRegion('eu-west-1')).toContainEqual(
      expect.objectContaining({ DestinationPrefixListId: 'pl-6da54004' }),
    );
    expect(inRegion('ca-west-1', { s3PrefixList: 'pl-0123456789abcdef0' })).toContainEqual(
      expect.objectContaining({ DestinationPrefixListId: 'pl-0123456789abcdef0' }),
    );
    expect(() => inRegion('ca-west-1')).toThrow(/prefix list of ca-west-1. Give it as s3PrefixList/);
    expect(Object.values(template.toJSON().Mappings)).toEqual([
      expect.objectContaining({ 'us-east-1': { giveS3PrefixListForThisRegion: 'pl-63a5400a' } }),
    ]);
  });

  it('works in a VPC of yours that has nothing yet', () => {
    const vpc = {
      vpcId: 'vpc-0123456789abcdef0',
      subnetIds: givenSubnets,
      routeTableIds: ['rtb-0123456789abcdef0'],
    };
    const given = synthesized({ profile: 'isolated', vpc });
    given.template.resourceCountIs('AWS::EC2::VPC', 0);
    expect(given.network.subnetIds).toEqual(givenSubnets);
    given.template.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      VpcEndpointType: 'Gateway',
      RouteTableIds: vpc.routeTableIds,
    });
    expect(() => synthesized({ profile: 'isolated', vpc: { ...vpc, routeTableIds: ['main'] } })).toThrow(
      '"main" is not the id of a route table',
    );
  });
});

describe('the endpoints', () => {
  it('are those that Fargate and the runner call', () => {
    expect(endpointServices(template)).toEqual([...interfaceServices, 's3']);
  });

  it('are in every zone, or in one where that is asked for', () => {
    const zones = (oneZoneEndpoints: boolean) =>
      propertiesOf(synthesized({ profile: 'isolated', oneZoneEndpoints }).template, 'AWS::EC2::VPCEndpoint')
        .filter((endpoint) => endpoint.VpcEndpointType === 'Interface')
        .map((endpoint) => (endpoint.SubnetIds as unknown[]).length);
    expect(zones(false)).toEqual(interfaceServices.map(() => 2));
    expect(zones(true)).toEqual(interfaceServices.map(() => 1));
  });

  it('pass the roles of this account only, and to everybody the layers of images alone', () => {
    const open = statementsOf(template).filter(
      ({ Condition }) =>
        !JSON.stringify(Condition ?? {}).includes('"aws:PrincipalAccount":{"Ref":"AWS::AccountId"}'),
    );
    expect(open).toHaveLength(1);
    expect(open[0]).toMatchObject({ Effect: 'Allow', Action: 's3:GetObject' });
    expect(JSON.stringify(open[0]?.Resource)).toContain('-starport-layer-bucket/*');
  });

  it('allow no action by a wildcard, and any resource only where the action has none', () => {
    const statements = statementsOf(template);
    expect(statements.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
    expect(statements.filter(({ Resource }) => Resource === '*').map(({ Action }) => Action)).toEqual([
      'ecr:GetAuthorizationToken',
      'ecr:GetAuthorizationToken',
    ]);
  });

  it("reach the agent's own buckets in its own account", () => {
    const s3 = propertiesOf(template, 'AWS::EC2::VPCEndpoint').find(
      (one) => one.VpcEndpointType === 'Gateway',
    );
    const text = JSON.stringify(s3?.PolicyDocument);
    expect(text).toContain(':s3:::runops-ledger/*');
    expect(text).toContain(':s3:::runops-output/*');
    expect(text).toContain('"aws:ResourceAccount":{"Ref":"AWS::AccountId"}');
  });

  it('read secrets and images of another account where it is named', () => {
    const other = synthesized({ profile: 'isolated', accounts: ['210987654321'] }).template;
    const reading = statementsOf(other).filter(({ Resource }) =>
      JSON.stringify(Resource).includes('210987654321'),
    );
    expect(reading.flatMap(({ Action }) => Action)).toContain('secretsmanager:GetSecretValue');
    expect(
      statementsOf(template).filter(({ Resource }) => JSON.stringify(Resource).includes('2109')),
    ).toEqual([]);
  });
});

describe('the DNS firewall', () => {
  it('allows the listed names first and then blocks every other one, at once', () => {
    template.hasResourceProperties('AWS::Route53Resolver::FirewallRuleGroup', {
      FirewallRules: [
        Match.objectLike({ Priority: 100, Action: 'ALLOW' }),
        Match.objectLike({ Priority: 200, Action: 'BLOCK', BlockResponse: 'NXDOMAIN' }),
      ],
    });
    const lists = propertiesOf(template, 'AWS::Route53Resolver::FirewallDomainList').map(
      (list) => list.Domains,
    );
    expect(lists).toEqual([expect.arrayContaining(['db.example.com', '*.internal.example.com']), ['*']]);
  });

  it('resolves of AWS only what the endpoints serve, in this region', () => {
    const inRegion = synthesized({ profile: 'isolated' }, { env: { region: 'eu-west-1' } }).template;
    const names = propertiesOf(inRegion, 'AWS::Route53Resolver::FirewallDomainList').flatMap(
      (list) => list.Domains as unknown[],
    );
    const services = ['api.ecr', '*.dkr.ecr', 'logs', 'secretsmanager', 'sts', 's3', '*.s3'];
    expect(names).toEqual([
      ...services.map((name) => ({ 'Fn::Join': ['', [`${name}.eu-west-1.`, { Ref: 'AWS::URLSuffix' }]] })),
      '*',
    ]);
  });

  it('resolves nothing while it cannot answer', () => {
    template.hasResourceProperties('AWS::Route53Resolver::FirewallConfig', { FirewallFailOpen: 'DISABLED' });
  });

  it.each(['*', '*.com.', 'db', 'https://db.example.com', 'db.example.com:5432', ''])(
    'refuses %j',
    (host) => {
      expect(() => synthesized({ profile: 'isolated', allowedHosts: [host] })).toThrow(
        `"${host}" cannot be allowed. Write a host name such as db.example.com`,
      );
    },
  );

  it('logs the names that were asked for, with a saved query for the denied ones', () => {
    template.hasResourceProperties('AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation', {});
    template.hasResourceProperties('AWS::Logs::QueryDefinition', {
      QueryString: Match.stringLikeRegexp('filter firewall_rule_action = "BLOCK"'),
    });
    expect(isolated.network.dnsQueries).toBeDefined();
  });
});

function groupId(from: Template, name: RegExp): unknown {
  const id = Object.keys(from.findResources('AWS::EC2::SecurityGroup')).find((key) => name.test(key));
  return { 'Fn::GetAtt': [id, 'GroupId'] };
}

function endpointServices(from: Template): string[] {
  return propertiesOf(from, 'AWS::EC2::VPCEndpoint').map(({ ServiceName }) => {
    const parts = (ServiceName as { 'Fn::Join': [string, string[]] })['Fn::Join'][1];
    return String(parts.at(-1)).slice(1);
  });
}

function statementsOf(from: Template): Statement[] {
  return propertiesOf(from, 'AWS::EC2::VPCEndpoint').flatMap(
    ({ PolicyDocument }) => (PolicyDocument as { Statement: Statement[] }).Statement,
  );
}
