import { ArnFormat, Stack, Token } from 'aws-cdk-lib';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { AgentError } from '../core/errors.ts';
import { allow, type Permission } from './permissions.ts';

/** By the beginning of their names, by a tag, or those alone that each target names. */
export type SecretAccess =
  | { readonly by: 'prefix'; readonly prefix: string }
  | { readonly by: 'tag'; readonly key: string; readonly value: string }
  | { readonly by: 'target' };

const read = ['secretsmanager:GetSecretValue'];

/** What targets without secrets of their own can read: those of the agent's `secrets`, and some by name. */
export function secretPermissions(
  scope: Construct,
  access: SecretAccess,
  named: readonly string[],
  actions = read,
): Permission[] {
  return [...byAccess(scope, access, actions), ...secretsOf(named, actions)];
}

/** Those secrets and no others. */
export function secretsOf(arns: readonly string[], actions = read): Permission[] {
  return arns.length > 0 ? [allow(actions, arns.map(secretArn), appended)] : [];
}

function byAccess(scope: Construct, access: SecretAccess, actions: readonly string[]): Permission[] {
  switch (access.by) {
    case 'prefix':
      if (!/^[\w/+=.@-]+$/.test(access.prefix)) {
        throw new AgentError(
          'config-invalid',
          `The prefix of the secrets is "${access.prefix}". Give what their names begin with, such as runops/.`,
        );
      }
      return [
        allow(actions, [namedLike(scope, `${access.prefix}*`)], {
          star: 'Secrets with this prefix are for the agent.',
        }),
      ];
    case 'tag':
      return [
        allow(actions, [namedLike(scope, '*')], {
          conditions: { StringEquals: { [`aws:ResourceTag/${access.key}`]: access.value } },
          star: 'Secrets with this tag are for the agent.',
        }),
      ];
    case 'target':
      return [];
  }
}

function namedLike(scope: Construct, resourceName: string): string {
  const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
  return Stack.of(scope).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName,
    arnFormat,
  });
}

/** Whether its name is given or its whole ARN. */
export function secretPermission(secret: ISecret): Permission {
  return allow(read, [secret.secretFullArn ?? `${secret.secretArn}-??????`], appended);
}

const appended = { star: 'Secrets Manager appends six characters to a name.' };

/** With the six characters that Secrets Manager appends to a name, whichever they are. */
function secretArn(arn: string): string {
  if (Token.isUnresolved(arn)) return arn;
  if (!/^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:[\w/+=.@-]+$/.test(arn)) {
    throw new AgentError(
      'config-invalid',
      `"${arn}" is not the ARN of a secret. Copy it from the console of Secrets Manager; it looks like ` +
        'arn:aws:secretsmanager:eu-west-1:123456789012:secret:name-AbCdEf.',
    );
  }
  return /-\w{6}$/.test(arn) ? arn : `${arn}-??????`;
}
