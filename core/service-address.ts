import * as z from 'zod/mini';
import { AgentError } from './errors.ts';
import type { SecretMap } from './ports.ts';
import type { Task } from './task.ts';

/** A customer's own ECS service, in a fresh task of which a script runs. */
export type ServiceAddress = z.infer<typeof serviceAddressSchema>;

export const serviceAddressSchema = z.object({
  cluster: z.string(),
  service: z.string(),
  /** The container of its task definition that has the program. */
  container: z.string(),
  region: z.string(),
  /** The deployment's own word that commands go into a container that serves. Nobody else can say so. */
  live: z.optional(z.literal(true)),
});

/** Where a target's service is. Null where none can be started. */
export type FindService = (task: Task) => Promise<ServiceAddress>;

/** Keys that name a service; the static keys of an AWS user, which the first agent wanted, are not looked at. */
export const serviceKeys = ['ECS_CLUSTER', 'ECS_SERVICE_NAME', 'ECS_CONTAINER', 'ECS_AWS_REGION'] as const;

/** @throws AgentError `secrets-invalid` that names the missing keys. The region is the agent's own unless given. */
export function serviceAddressOf(type: string, keys: SecretMap, ownRegion: string): ServiceAddress {
  const missing = serviceKeys.filter((key) => key !== 'ECS_AWS_REGION' && !keys[key]);
  if (missing.length > 0) {
    throw new AgentError(
      'secrets-invalid',
      `${type} type requires ECS_CLUSTER, ECS_SERVICE_NAME and ECS_CONTAINER. Missing or empty: ` +
        `${missing.join(', ')}. ` +
        'Add them to the secret of the target, or name the service of the target in the deployment.',
    );
  }
  return {
    cluster: keys.ECS_CLUSTER ?? '',
    service: keys.ECS_SERVICE_NAME ?? '',
    container: keys.ECS_CONTAINER ?? '',
    region: keys.ECS_AWS_REGION || ownRegion,
  };
}
