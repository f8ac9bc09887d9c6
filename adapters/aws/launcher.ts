import type { Launcher } from '../../core/ports.ts';
import type { LaunchSettings } from './launch-settings.ts';
import { runTask, type TaskPlace } from './run-task.ts';
import { runTaskInput } from './run-task-input.ts';
import { taskKeeper } from './task-keeper.ts';

export interface EcsLauncherOptions extends TaskPlace {
  /** The `group` of every task, by which they are known in ECS. */
  group: string;
  /** Asked before each launch, so that a deployment is seen without a restart. */
  settings: () => Promise<LaunchSettings>;
}

/** Starts each runner as an ECS task of its own on Fargate; its ARN is the launch id. */
export function ecsLauncher(options: EcsLauncherOptions): Launcher {
  const { cluster, group, settings, clock } = options;
  return {
    async launch(request) {
      const deployed = await settings();
      const launchId = await runTask(options, (launch) =>
        runTaskInput(request, deployed, { cluster, group, launch }),
      );
      return { launchId, launchedAt: clock.now() };
    },
    ...taskKeeper(options),
  };
}
