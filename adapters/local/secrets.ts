import type { Clock, Secrets } from '../../core/ports.ts';
import { secretsByProvider } from '../secrets/by-provider.ts';
import { envVarSecrets } from '../secrets/env-var.ts';
import { filesystemSecrets } from '../secrets/filesystem.ts';
import { remoteProviders } from '../secrets/remote-providers.ts';
import { runopsSecrets } from '../secrets/runops.ts';

export { findVariable } from '../secrets/env-var.ts';
export { providerVariables } from '../secrets/provider-variables.ts';

export interface LocalSecretsOptions {
  /** Where the provider `env-var` looks, and the others find what they need. */
  environment: Readonly<Record<string, string | undefined>>;
  /** The file of the provider `filesystem`. */
  file: string;
  clock: Clock;
}

/** The secret providers of an agent on one machine. */
export function localSecrets({ environment, file, clock }: LocalSecretsOptions): Secrets {
  return secretsByProvider({
    runops: runopsSecrets(),
    'env-var': envVarSecrets(environment),
    filesystem: filesystemSecrets(file),
    ...remoteProviders({ environment, access: {}, clock }),
  });
}
