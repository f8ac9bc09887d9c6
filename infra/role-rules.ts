import { Aspects, type IAspect, Names, Stack } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { AgentError } from '../core/errors.ts';

/** What an account may want of every role. */
export interface RoleRules {
  /**
   * The ARN of a managed policy that limits each role.
   * @default - none
   */
  readonly permissionsBoundary?: string;
  /**
   * Begins and ends with a slash: `/runops/`.
   * @default '/'
   */
  readonly path?: string;
  /**
   * What the name of each role begins with.
   * @default - CloudFormation makes the names
   */
  readonly prefix?: string;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const nameCharactersMax = 64;

/** Longer than the longest region, with its hyphen: names of roles are shared by all regions of an account. */
const regionCharactersMax = 20;

/**
 * Puts the rules on every role under a construct, whoever made it.
 * @throws AgentError `config-invalid`.
 */
export function applyRoleRules(scope: IConstruct, rules: RoleRules): void {
  const { path, prefix = '', permissionsBoundary } = rules;
  if (path !== undefined && !/^\/([\w+=,.@-]+\/)*$/.test(path)) {
    throw invalid(`The path of the roles is "${path}". It begins and ends with a slash, such as /runops/.`);
  }
  if (!/^[\w+=,.@-]{0,24}$/.test(prefix)) {
    throw invalid(
      `The prefix of the roles is "${prefix}". It has 24 letters, digits and signs of +=,.@_- at most.`,
    );
  }
  if (permissionsBoundary !== undefined && !/^(arn:|\$\{Token)/.test(permissionsBoundary)) {
    throw invalid(
      `The permissions boundary is "${permissionsBoundary}". Give the ARN of a managed policy: ` +
        'arn:aws:iam::123456789012:policy/name.',
    );
  }
  Aspects.of(scope).add({ visit: (node) => applyTo(node, rules) } satisfies IAspect);
}

function applyTo(node: IConstruct, { permissionsBoundary, path, prefix }: RoleRules): void {
  if (!(node instanceof CfnRole)) return;
  if (permissionsBoundary) node.permissionsBoundary = permissionsBoundary;
  if (path) node.path = path;
  if (prefix) {
    const maxLength = nameCharactersMax - regionCharactersMax - prefix.length;
    const name = Names.uniqueResourceName(node, { maxLength, separator: '-' });
    node.roleName = `${prefix}${name}-${Stack.of(node).region}`;
  }
}

function invalid(message: string): AgentError {
  return new AgentError('config-invalid', message);
}
