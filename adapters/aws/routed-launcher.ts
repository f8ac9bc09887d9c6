import type { Launcher } from '../../core/ports.ts';
import type { ServiceAddress } from '../../core/service-address.ts';

export interface RoutedLauncherOptions {
  /** Tasks of the agent's own cluster. */
  own: Launcher;
  /** Fresh tasks of customers' services. */
  launchService: Launcher['launch'];
  /** Throws unless the owner of a service has opted it in. */
  checkService: (service: ServiceAddress) => Promise<void>;
  /** Looks after tasks of another cluster, in a region that is known from their ARNs. */
  foreign: (region: string, cluster: string) => Pick<Launcher, 'stop' | 'inspect'>;
  ownCluster: string;
}

/** Sends what is about a customer's service there, and all else to the agent's own cluster. */
export function routedLauncher(options: RoutedLauncherOptions): Launcher {
  const { own, launchService, checkService, foreign, ownCluster } = options;
  const keeperOf = (launchId: string) => {
    const { region, cluster } = placeOf(launchId);
    return cluster === '' || cluster === nameOf(ownCluster) ? own : foreign(region, cluster);
  };
  return {
    async launch(request) {
      const { service } = request;
      if (service && !service.live) return launchService(request);
      // The agent's own container reaches into the live one.
      if (service) await checkService(service);
      return own.launch(request);
    },
    stop: (launchId) => keeperOf(launchId).stop(launchId),
    inspect: (launchId) => keeperOf(launchId).inspect(launchId),
  };
}

/** `arn:aws:ecs:region:account:task/cluster/id` */
function placeOf(arn: string): { region: string; cluster: string } {
  const [, , , region = '', , task = ''] = arn.split(':');
  return { region, cluster: task.split('/')[1] ?? '' };
}

/** The setting may be a name or an ARN. */
function nameOf(cluster: string): string {
  return cluster.split('/').at(-1) ?? cluster;
}
