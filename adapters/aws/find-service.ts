import type { Secrets } from '../../core/ports.ts';
import { addMappedSecrets } from '../../core/secret-mapping.ts';
import { type FindService, type ServiceAddress, serviceAddressOf } from '../../core/service-address.ts';

export interface FindServiceOptions {
  /** The services that the deployment names, by their targets. */
  services: () => Promise<Readonly<Record<string, ServiceAddress>>>;
  /** Where the others have the names of theirs. */
  secrets: Secrets;
  region: string;
}

/**
 * The service of a target: the deployment's word first, then the keys in the target's own `config`, or in the secret
 * that it names, of which nothing else is kept.
 */
export function findService({ services, secrets, region }: FindServiceOptions): FindService {
  return async (task) => {
    const named = await services();
    if (task.target !== null && Object.hasOwn(named, task.target)) {
      const found = named[task.target];
      if (found) return task.type === 'ecs-exec' ? found : freshTaskOf(found);
    }
    const provider = task.secret_provider || 'runops';
    const secret = await secrets.fetch({
      ...{ type: task.type, provider, path: task.secret_path, config: task.config },
    });
    const keys = addMappedSecrets(secret, { secretMapping: task.secret_mapping, taskId: task.id });
    return serviceAddressOf(task.type, keys, region);
  };
}

/** Only a single command may go into a live container; what else runs on the target gets a fresh task. */
function freshTaskOf({ live: _, ...address }: ServiceAddress): ServiceAddress {
  return address;
}
