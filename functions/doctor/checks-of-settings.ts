import { image } from '../../adapters/aws/checks/image.ts';
import type { Check } from '../../adapters/aws/checks/look.ts';
import { service } from '../../adapters/aws/checks/service.ts';
import { servicesOfContainers, subnetEgress } from '../../adapters/aws/checks/subnet-egress.ts';
import { targetSecrets } from '../../adapters/aws/checks/target-secrets.ts';
import type { DispatcherSettings } from '../../adapters/aws/dispatcher-settings.ts';
import type { ExamineDependencies } from './examine.ts';

/** What differs with the settings of the deployment: its network, images, secrets and services. */
export function checksOfSettings(deps: ExamineDependencies, settings: DispatcherSettings): Check[] {
  const { clients } = deps;
  const { services = [], serviceRoles: passableRoles = [] } = settings.examined ?? {};
  return [
    ...checksOfNetworks(deps, settings),
    ...Object.entries(settings.taskDefinitions).map(([family, definition]) => ({
      name: `image of ${family}`,
      look: () => image(clients, family, definition),
    })),
    ...secretsOf(deps, settings).map((one) => ({
      name: one.target === null ? 'secrets of all targets' : `secrets of the target ${one.target}`,
      look: () => targetSecrets(clients, one),
    })),
    ...services.map((address) => ({
      name: `service ${address.service}`,
      look: () => service(clients, { address, passableRoles }),
    })),
  ];
}

function checksOfNetworks({ clients }: ExamineDependencies, settings: DispatcherSettings): Check[] {
  const networks = [
    { of: 'the agent', ...settings.network },
    ...Object.entries(settings.targets).map(([name, { network }]) => ({
      of: `the target ${name}`,
      subnets: network?.subnets ?? [],
      publicIp: network?.publicIp ?? false,
    })),
  ];
  return networks
    .filter(({ subnets }) => subnets.length > 0)
    .map(({ of, subnets, publicIp }) => ({
      name: `subnets of ${of}`,
      look: () =>
        subnetEgress(clients.ec2In(clients.region), {
          of,
          subnets,
          publicIp,
          services: servicesOfContainers,
        }),
    }));
}

/** Those of the deployment, and those that were asked for, which all targets without secrets of their own read. */
function secretsOf({ secrets: asked }: ExamineDependencies, { examined }: DispatcherSettings) {
  const known = examined?.secrets ?? [];
  return known
    .map((one) => (one.target === null ? { ...one, secrets: [...one.secrets, ...asked] } : one))
    .filter(({ secrets }) => secrets.length > 0);
}
