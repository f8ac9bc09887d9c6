import { AgentError } from '../../core/errors.ts';
import type { Secrets } from '../../core/ports.ts';
import { parseAwsPath } from '../secrets/aws-path.ts';

/** The dispatcher may read secrets whose names begin so: they hold names of services, and nothing secret. */
export const serviceNamesPrefix = 'runops/services/';

/**
 * Where the dispatcher looks for the names of a target's service: the target's own `config`, or a secret of names.
 * @throws AgentError `secrets-invalid` for every other place.
 */
export function serviceNames(runops: Secrets, aws: Secrets): Secrets {
  return {
    async fetch(reference) {
      if (reference.provider === 'runops') return runops.fetch(reference);
      if (reference.provider === 'aws' && holdsNames(reference.path ?? '')) return aws.fetch(reference);
      throw new AgentError(
        'secrets-invalid',
        'The service of this target is not looked up in a secret of passwords. Name it in the deployment (services), ' +
          `in the config of the target, or in a secret of AWS Secrets Manager whose name begins with ` +
          `${serviceNamesPrefix}: ECS_CLUSTER, ECS_SERVICE_NAME, ECS_CONTAINER.`,
      );
    },
  };
}

function holdsNames(path: string): boolean {
  const { secretId } = parseAwsPath(path);
  return (secretId.split(':secret:').at(-1) ?? '').startsWith(serviceNamesPrefix);
}
