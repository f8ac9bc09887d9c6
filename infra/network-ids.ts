import { Token } from 'aws-cdk-lib';
import { AgentError } from '../core/errors.ts';

const kinds = {
  vpc: 'a VPC',
  subnet: 'a subnet',
  sg: 'a security group',
  rtb: 'a route table',
  pl: 'a prefix list',
} as const;

/**
 * The ids as they are. What CloudFormation fills in later cannot be looked at, and passes.
 *
 * @param where begins the message: `Target "orders"`
 * @throws AgentError `config-invalid` that names the first id that is not one of this kind
 */
export function checkedIds(kind: keyof typeof kinds, ids: readonly string[], where: string): string[] {
  const wrong = ids.find((id) => !Token.isUnresolved(id) && !new RegExp(`^${kind}-[0-9a-f]{8,17}$`).test(id));
  if (wrong !== undefined) {
    throw new AgentError(
      'config-invalid',
      `${where}: "${wrong}" is not the id of ${kinds[kind]}. It looks like ${kind}-0123456789abcdef0; ` +
        'take it from the VPC console of this region.',
    );
  }
  if (ids.length === 0) {
    throw new AgentError('config-invalid', `${where}: name at least one id of ${kinds[kind]}.`);
  }
  return [...ids];
}
