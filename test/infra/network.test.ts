import { AwsSolutionsChecks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import type { NetworkChoice } from '../../infra/network.ts';
import { egressOf, givenSubnets, ingressOf, propertiesOf, synthesized } from './network-template.ts';

const yours = { profile: 'private', vpcId: 'vpc-0123456789abcdef0', subnetIds: givenSubnets } as const;
const tcpOut = { CidrIp: '0.0.0.0/0', IpProtocol: 'tcp', FromPort: 0, ToPort: 65535 };

describe('the public network', () => {
  const { network, template } = synthesized({ profile: 'public' });

  it('lets nothing in, and all TCP out', () => {
    expect(ingressOf(template)).toEqual([]);
    expect(egressOf(template)).toEqual([expect.objectContaining(tcpOut)]);
  });

  it('gives a public address to the containers and to nothing else', () => {
    expect(network.publicIp).toBe(true);
    expect(propertiesOf(template, 'AWS::EC2::Subnet').map((subnet) => subnet.MapPublicIpOnLaunch)).toEqual([
      false,
      false,
    ]);
  });

  it('has nothing that costs by the hour: no NAT gateway, no fixed address, no interface', () => {
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
    template.resourceCountIs('AWS::EC2::EIP', 0);
    expect(
      propertiesOf(template, 'AWS::EC2::VPCEndpoint').map((endpoint) => endpoint.VpcEndpointType),
    ).toEqual(['Gateway']);
  });

  it('logs the packets that were rejected, for as long as the deployment says', () => {
    template.hasResourceProperties('AWS::EC2::FlowLog', { TrafficType: 'REJECT' });
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  it('has one subnet per zone, in zones that the deployment finds by itself', () => {
    const zones = (choice: NetworkChoice) =>
      propertiesOf(synthesized(choice).template, 'AWS::EC2::Subnet').map((subnet) => subnet.AvailabilityZone);
    expect(zones({ profile: 'public' })).toEqual(
      [0, 1].map((n) => ({ 'Fn::Select': [n, { 'Fn::GetAZs': '' }] })),
    );
    expect(zones({ profile: 'public', zones: 3 })).toHaveLength(3);
  });

  it.each([
    [{ zones: 0 }, 'The network has 0 zones. Give 2 or 3'],
    [{ cidr: '10.0.0.0/24' }, 'The network has the addresses "10.0.0.0/24". Give a block of the size /16'],
  ])('says what is wrong with %j', (wrong, message) => {
    expect(() => synthesized({ profile: 'public', ...wrong })).toThrow(message);
  });
});

describe('the private network', () => {
  it('uses your subnets and makes one group that lets nothing in', () => {
    const { network, template } = synthesized(yours);
    expect(network).toMatchObject({ subnetIds: givenSubnets, publicIp: false });
    expect(ingressOf(template)).toEqual([]);
    expect(egressOf(template)).toEqual([expect.objectContaining(tcpOut)]);
    expect(Object.values(template.toJSON().Resources)).toHaveLength(1);
  });

  it('makes nothing when you bring the groups too', () => {
    const { network, template } = synthesized({ ...yours, securityGroupIds: ['sg-0123456789abcdef0'] });
    expect(network.securityGroupIds).toEqual(['sg-0123456789abcdef0']);
    expect(template.toJSON().Resources).toBeUndefined();
  });

  it.each([
    [{ vpcId: 'vpc_main' }, '"vpc_main" is not the id of a VPC. It looks like vpc-0123456789abcdef0'],
    [{ subnetIds: ['sg-0123456789abcdef0'] }, '"sg-0123456789abcdef0" is not the id of a subnet'],
    [{ subnetIds: [] }, 'name at least one id of a subnet'],
    [{ securityGroupIds: ['default'] }, '"default" is not the id of a security group'],
  ])('says which id is none: %j', (wrong, message) => {
    expect(() => synthesized({ ...yours, ...wrong })).toThrow(message);
  });
});

describe('every profile', () => {
  const choices: NetworkChoice[] = [{ profile: 'public' }, yours, { profile: 'isolated' }];

  const packs = [AwsSolutionsChecks, ServerlessChecks, NIST80053R5Checks, PCIDSS321Checks];

  it.each(choices)('passes the rule packs, or says why not: $profile', (choice) => {
    const { stack } = synthesized(choice);
    expect(packs.flatMap((Pack) => new Pack().validateScope(stack).violations)).toEqual([]);
  });
});
