import type { ControlPlane } from '../../core/control-plane.ts';
import type { Clock } from '../../core/ports.ts';
import type { Meter } from './meter.ts';

/**
 * The same control plane, with the time and the failures of its calls in the meter. Uploads go to a store of the API's
 * choice and take as long as they are big, so that only their failures count.
 */
export function measuredControlPlane(plane: ControlPlane, meter: Meter, clock: Clock): ControlPlane {
  const measured = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
    const begun = clock.now();
    try {
      return await call();
    } catch (thrown) {
      meter.add('ApiErrors', 1, name);
      throw thrown;
    } finally {
      if (name !== 'upload') meter.add('ApiMilliseconds', clock.now() - begun);
    }
  };
  return {
    register: (agent) => measured('register', () => plane.register(agent)),
    readyTasks: () => measured('ready-tasks', () => plane.readyTasks()),
    killRequests: () => measured('kill-requests', () => plane.killRequests()),
    lock: (id, trace) => measured('lock', () => plane.lock(id, trace)),
    progress: (id, chunk) => measured('progress', () => plane.progress(id, chunk)),
    upload: (url, log) => measured('upload', () => plane.upload(url, log)),
    report: (body, trace) => measured('report', () => plane.report(body, trace)),
  };
}
