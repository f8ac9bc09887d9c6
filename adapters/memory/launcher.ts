import type { LaunchRequest } from '../../core/execution.ts';
import type { Launcher } from '../../core/ports.ts';

/** A launcher that starts nothing: tests play the runner, and end it with `end`. */
export function memoryLauncher(): Launcher & {
  requests: LaunchRequest[];
  stopped: string[];
  end(id: string): void;
} {
  const requests: LaunchRequest[] = [];
  const running = new Set<string>();
  const stopped: string[] = [];
  return {
    requests,
    stopped,
    end: (launchId) => running.delete(launchId),
    async launch(request) {
      const launchId = `launch-${requests.push(request)}`;
      running.add(launchId);
      return { launchId, launchedAt: 0 };
    },
    async stop(launchId) {
      stopped.push(launchId);
    },
    async inspect(launchId) {
      return running.has(launchId)
        ? { running: true }
        : { running: false, cause: 'its container was stopped' };
    },
  };
}
