import { ECSClient } from '@aws-sdk/client-ecs';
import { clientSettings } from './client-settings.ts';

/** The one client of this process. */
export const ecs = new ECSClient(clientSettings);

const byRegion = new Map<string, ECSClient>();

/** The one for a region, in which a customer's service may be. */
export function ecsIn(region: string): ECSClient {
  const client = byRegion.get(region) ?? new ECSClient({ ...clientSettings, region });
  byRegion.set(region, client);
  return client;
}
