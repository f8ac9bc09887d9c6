import type { Route, RouteTable } from '@aws-sdk/client-ec2';

/** Where packets for the internet go from a subnet. */
export type Way =
  | { kind: 'internet-gateway' | 'blackhole'; through: string }
  /** A NAT gateway, a transit gateway, a firewall, a VPN: it knows the way, or is there to stop it. */
  | { kind: 'elsewhere'; through: string }
  | { kind: 'none' };

/** The default route of the table; AWS itself marks one whose gateway is gone. */
export function wayOut(table: RouteTable | undefined): Way {
  const route = table?.Routes?.find(({ DestinationCidrBlock }) => DestinationCidrBlock === '0.0.0.0/0');
  if (!route) return { kind: 'none' };
  const through = gatewayOf(route);
  if (route.State === 'blackhole') return { kind: 'blackhole', through };
  return { kind: through.startsWith('igw-') ? 'internet-gateway' : 'elsewhere', through };
}

/** The table of a subnet: its own, or the main one of its VPC. */
export function tableOf(
  subnet: { SubnetId?: string | undefined; VpcId?: string | undefined },
  tables: readonly RouteTable[],
): RouteTable | undefined {
  const own = tables.find(({ Associations }) =>
    Associations?.some(({ SubnetId }) => SubnetId !== undefined && SubnetId === subnet.SubnetId),
  );
  return (
    own ??
    tables.find(({ VpcId, Associations }) => VpcId === subnet.VpcId && Associations?.some(({ Main }) => Main))
  );
}

function gatewayOf(route: Route): string {
  return (
    route.NatGatewayId ??
    route.TransitGatewayId ??
    route.GatewayId ??
    route.NetworkInterfaceId ??
    route.InstanceId ??
    route.VpcPeeringConnectionId ??
    route.LocalGatewayId ??
    route.CarrierGatewayId ??
    route.CoreNetworkArn ??
    'a gateway that is gone'
  );
}
