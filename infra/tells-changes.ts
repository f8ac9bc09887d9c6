import { createHash } from 'node:crypto';
import { CfnParameter, CfnResource, Fn, Lazy, Stack } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { packageVersion } from './package-files.ts';

/**
 * Properties that are others when anything of these parts is: CloudFormation asks a custom resource for an update only
 * then. What the template says of them is one fingerprint; what it leaves open are the parameters of its stack.
 */
export function tellsChanges(scope: Construct, parts: readonly IConstruct[]): Record<string, unknown> {
  const stack = Stack.of(scope);
  return {
    Version: packageVersion,
    Fingerprint: Lazy.string({ produce: () => fingerprint(stack, parts) }),
    Parameters: Lazy.any({ produce: () => parametersOf(stack) }, { omitEmptyArray: true }),
  };
}

function fingerprint(stack: Stack, parts: readonly IConstruct[]): string {
  const hash = createHash('sha256');
  for (const resource of parts.flatMap((part) => part.node.findAll()).filter(CfnResource.isCfnResource)) {
    hash.update(JSON.stringify(stack.resolve(templateOf(resource))));
  }
  return hash.digest('hex');
}

/** As it will stand in the template. CDK's own fingerprint of a function is made of the same. */
function templateOf(resource: CfnResource): unknown {
  const toTemplate: unknown = Reflect.get(resource, '_toCloudFormation');
  if (typeof toTemplate !== 'function') throw new TypeError('A resource of CDK does not say what it is.');
  return toTemplate.call(resource);
}

/** Of CDK itself, and nothing of the agent. */
const versionOfBootstrap = 'BootstrapVersion';

/** All of the stack, because any may be in what its resources say. None whose value nobody may see. */
function parametersOf(stack: Stack): unknown[] {
  return stack.node
    .findAll()
    .filter((construct) => construct instanceof CfnParameter)
    .filter(({ noEcho, node }) => !noEcho && node.id !== versionOfBootstrap)
    .map((parameter) => Fn.ref(parameter.logicalId));
}
