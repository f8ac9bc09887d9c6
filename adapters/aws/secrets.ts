import type { Clock, Secrets } from '../../core/ports.ts';
import type { AwsAccess } from '../secrets/aws-access.ts';
import { secretsByProvider } from '../secrets/by-provider.ts';
import { envVarArnSecrets } from '../secrets/env-var-arn.ts';
import { remoteProviders } from '../secrets/remote-providers.ts';
import { runopsSecrets } from '../secrets/runops.ts';

export interface CloudSecretsOptions {
  /** Where the remote providers find what they need. */
  environment: Readonly<Record<string, string | undefined>>;
  /** The execution's own role, which reads the secrets of one target. */
  access: AwsAccess;
  /** Secrets by name, for the provider `env-var`: JSON, `{"MY_DB": "arn:aws:secretsmanager:…"}`. */
  variables: string | undefined;
  clock: Clock;
}

/**
 * The secret providers of an agent in an AWS account.
 * @throws AgentError `config-invalid` when `variables` is not what it must be.
 */
export function cloudSecrets({ environment, access, variables, clock }: CloudSecretsOptions): Secrets {
  return secretsByProvider({
    runops: runopsSecrets(),
    'env-var': envVarArnSecrets(variables, access, clock),
    ...remoteProviders({ environment, access, clock }),
  });
}
