import { CfnParameter, Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AgentError } from '../core/errors.ts';
import type { NetworkChoice, NetworkSurroundings } from './network.ts';
import type { Preflight, PreflightProps } from './preflight.ts';

/** The subnets that are to be looked at: those that are there before the stack is made. */
export function givenSubnets(
  scope: Construct,
  network: NetworkChoice | undefined,
): Pick<PreflightProps, 'subnetIds' | 'publicIp'> {
  switch (network?.profile) {
    case 'private':
      return {
        subnetIds: network.subnetIds.filter((id) => isThere(scope, id)),
        publicIp: network.publicIp ? 'true' : 'false',
      };
    case 'either':
      return { subnetIds: [network.subnetIds], publicIp: 'auto' };
    default:
      return {};
  }
}

/** What the account says of subnets that a parameter names. */
export function lookedUpBy(preflight: Preflight | undefined): ReturnType<NetworkSurroundings['lookUp']> {
  if (preflight) return { vpcId: preflight.vpcId, publicIp: preflight.publicIp };
  throw new AgentError(
    'config-invalid',
    'A network whose subnets a parameter names is looked up by the preflight: leave preflight on.',
  );
}

/** Not those that the stack itself has yet to make, with their routes. */
function isThere(scope: Construct, id: string): boolean {
  if (!Token.isUnresolved(id)) return true;
  return Tokenization.reverseString(id).tokens.every(
    (token) =>
      !Reference.isReference(token) ||
      token.target instanceof CfnParameter ||
      Stack.of(token.target) !== Stack.of(scope),
  );
}
