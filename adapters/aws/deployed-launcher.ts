import type { Clock, Launcher } from '../../core/ports.ts';
import type { LaunchSettings } from './launch-settings.ts';
import { lazyLauncher, once } from './lazy-ports.ts';
import { type RoutedLauncherOptions, routedLauncher } from './routed-launcher.ts';
import { taskGroup } from './task-group.ts';

/** `settings` are asked for before each launch; `services` is about customers' own. */
export function deployedLauncher(
  env: { CLUSTER: string; AGENT_NAME: string },
  settings: () => Promise<LaunchSettings>,
  services: { launch: Launcher['launch']; check: RoutedLauncherOptions['checkService'] },
  clock: Clock,
): Launcher {
  const own = lazyLauncher(async () => {
    const [{ ecs }, { ecsLauncher }] = await Promise.all([
      import('./ecs-client.ts'),
      import('./launcher.ts'),
    ]);
    return ecsLauncher({ ecs, cluster: env.CLUSTER, group: taskGroup(env.AGENT_NAME), settings, clock });
  });
  const foreign = (region: string, cluster: string) => {
    const keeper = once(async () => {
      const [{ ecsIn }, { taskKeeper }] = await Promise.all([
        import('./ecs-client.ts'),
        import('./task-keeper.ts'),
      ]);
      return taskKeeper({ ecs: ecsIn(region), cluster, clock });
    });
    return {
      stop: async (launchId: string) => (await keeper()).stop(launchId),
      inspect: async (launchId: string) => (await keeper()).inspect(launchId),
    };
  };
  return routedLauncher({
    ...{ own, foreign, ownCluster: env.CLUSTER },
    ...{ launchService: services.launch, checkService: services.check },
  });
}
