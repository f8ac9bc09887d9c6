import { Fn, Stack } from 'aws-cdk-lib';
import { parsePolicy } from '../core/policy.ts';
import type { WrittenSettings } from '../adapters/aws/dispatcher-settings.ts';
import type { Execution } from './execution.ts';
import type { AgentNetwork } from './network.ts';
import { targetNetwork } from './network-target.ts';
import type { RunopsAgentProps, ServiceProps } from './runops-agent-props.ts';
import type { TargetRoles } from './target-roles.ts';

interface Deployed {
  network: AgentNetwork;
  roles: TargetRoles;
  execution: Execution;
}

/** What the dispatcher has to know: `adapters/aws/dispatcher-settings.ts`. */
export function dispatcherSettingsOf(
  props: RunopsAgentProps,
  { network, roles, execution }: Deployed,
): WrittenSettings {
  const targets = Object.entries(props.targets ?? {});
  return {
    policy: policyOf(props),
    network: {
      subnets: [...network.subnetIds],
      securityGroups: [...network.securityGroupIds],
      publicIp: network.publicIp,
    },
    taskDefinitions: { ...execution.taskDefinitions },
    images: { ...execution.images },
    targets: Object.fromEntries(
      targets.map(([name, target]) => {
        const own = roles.byTarget.get(name);
        return [
          name,
          {
            ...(own && { taskRole: own.taskRole.roleArn, executionRole: own.executionRole.roleArn }),
            network: targetNetwork(name, network, target),
            ...(target.cpu !== undefined && { cpu: target.cpu }),
            ...(target.memory !== undefined && { memory: target.memory }),
          },
        ];
      }),
    ),
    ...(props.services && { services: servicesOf(props.services, Stack.of(execution).region) }),
  };
}

/** The services of the targets that the deployment names. */
function servicesOf(services: readonly ServiceProps[], ownRegion: string): WrittenSettings['services'] {
  const named = services.flatMap(({ target, cluster, service, container, region = ownRegion, live }) =>
    target === undefined
      ? []
      : [[target, { cluster, service, container, region, ...(live && { live }) }] as const],
  );
  return Object.fromEntries(named);
}

/** The policy, with the types that targets name; a text is for the dispatcher to read. */
function policyOf({ policy, targets = {} }: RunopsAgentProps): WrittenSettings['policy'] {
  if (typeof policy === 'string') return Fn.base64(policy);
  const own = parsePolicy(JSON.stringify(policy ?? {}));
  const merged = { ...own.targets };
  for (const [name, { types }] of Object.entries(targets)) {
    if (types) merged[name] = { ...merged[name], types: [...types] };
  }
  return { ...own, targets: merged };
}
