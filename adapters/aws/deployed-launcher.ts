import type { Clock, Launcher } from '../../core/ports.ts';
import type { LaunchSettings } from './launch-settings.ts';
import { lazyLauncher } from './lazy-ports.ts';
import { taskGroup } from './task-group.ts';

/** `settings` are asked for before each launch. */
export function deployedLauncher(
  env: { CLUSTER: string; AGENT_NAME: string },
  settings: () => Promise<LaunchSettings>,
  clock: Clock,
): Launcher {
  return lazyLauncher(async () => {
    const [{ ecs }, { ecsLauncher }] = await Promise.all([
      import('./ecs-client.ts'),
      import('./launcher.ts'),
    ]);
    return ecsLauncher({ ecs, cluster: env.CLUSTER, group: taskGroup(env.AGENT_NAME), settings, clock });
  });
}
