import { Fn, Stack } from 'aws-cdk-lib';
import type { WrittenSettings } from '../adapters/aws/dispatcher-settings.ts';
import { parsePolicy } from '../core/policy.ts';
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
    examined: examinedOf(props, roles, Stack.of(execution).region),
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

/** What the doctor looks at besides. */
function examinedOf(
  props: RunopsAgentProps,
  roles: TargetRoles,
  ownRegion: string,
): WrittenSettings['examined'] {
  const { services = [], secretVariables = {}, targets = {}, vault } = props;
  const ofVault = vault?.secretId === undefined ? [] : [vault.secretId];
  const own = Object.entries(targets).flatMap(([target, { secrets }]) => {
    const role = roles.byTarget.get(target)?.executionRole.roleArn;
    return role && secrets ? [{ target, role, secrets: [...secrets, ...ofVault] }] : [];
  });
  const ofAll = [...Object.values(secretVariables), ...ofVault];
  return {
    secrets: [{ target: null, role: roles.default.executionRole.roleArn, secrets: ofAll }, ...own],
    services: services.map(({ cluster, service, container, region = ownRegion }) => ({
      ...{ cluster, service, container, region },
    })),
    serviceRoles: services.flatMap(({ taskRole, executionRole }) =>
      [taskRole ?? [], executionRole ?? []].flat(),
    ),
  };
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
