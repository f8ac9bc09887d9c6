import type { ControlPlane } from '../../core/control-plane.ts';

/**
 * A control plane whose token may change while the process lives: `make` is called again for each new token, which is
 * asked for at every call. What the client of an old token knew of the API goes with it.
 */
export function controlPlaneByToken(
  token: () => Promise<string>,
  make: (token: string) => ControlPlane,
): ControlPlane {
  let current: { token: string; client: ControlPlane } | undefined;
  const client = async () => {
    const now = await token();
    if (current?.token !== now) current = { token: now, client: make(now) };
    return current.client;
  };
  return {
    register: async (agent) => (await client()).register(agent),
    readyTasks: async () => (await client()).readyTasks(),
    killRequests: async () => (await client()).killRequests(),
    lock: async (id, trace) => (await client()).lock(id, trace),
    progress: async (id, chunk) => (await client()).progress(id, chunk),
    upload: async (url, log) => (await client()).upload(url, log),
    report: async (body, trace) => (await client()).report(body, trace),
  };
}
