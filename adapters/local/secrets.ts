import type { Secrets } from '../../core/ports.ts';
import { secretsByProvider } from '../secrets/by-provider.ts';
import { envVarSecrets } from '../secrets/env-var.ts';
import { filesystemSecrets } from '../secrets/filesystem.ts';
import { runopsSecrets } from '../secrets/runops.ts';

export { findVariable } from '../secrets/env-var.ts';

export interface LocalSecretsOptions {
  /** Where the provider `env-var` looks. */
  environment: Readonly<Record<string, string | undefined>>;
  /** The file of the provider `filesystem`. */
  file: string;
}

/** The secret providers that need nothing but this machine. */
export function localSecrets({ environment, file }: LocalSecretsOptions): Secrets {
  return secretsByProvider({
    runops: runopsSecrets(),
    'env-var': envVarSecrets(environment),
    filesystem: filesystemSecrets(file),
  });
}
