import { onTestFinished } from 'vitest';
import { runopsApi } from '../../core/runops-api.ts';
import { fakeClock } from './fake-clock.ts';
import { type FakeRunopsApiOptions, startFakeRunopsApi } from './fake-runops-api.ts';

/** A client of the API with its fake server. The pauses between tries pass by themselves, timeouts do not. */
export async function connectedClient(options: FakeRunopsApiOptions & { tags?: string | null } = {}) {
  const { tags = 'prod', ...serverOptions } = options;
  const api = await startFakeRunopsApi(serverOptions);
  onTestFinished(() => api.close());
  const clock = fakeClock({ skip: 9_999 });
  const settings = {
    apiUrl: api.url,
    token: api.token,
    tags,
    instance: 'one',
    fetch,
    clock,
    random: () => 0.4,
  };
  return { api, clock, settings, client: runopsApi(settings) };
}
